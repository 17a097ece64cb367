"""Names that users of other trackers type, and what to write here."""

from __future__ import annotations

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Iterable, Mapping

# {unknown name of the package: what to use}
FUNCTIONS = {
    **dict.fromkeys(("start_run", "Experiment", "Task", "Live", "Logger"), "gittrack.init"),
    **dict.fromkeys(("end_run", "end", "stop", "join"), "gittrack.finish"),
    **dict.fromkeys(("log_metric", "log_metrics", "track", "log_scalar"), "gittrack.log"),
    **dict.fromkeys(("log_param", "log_params"), "run.log_params, or gittrack.init(config=...)"),
    **dict.fromkeys(("log_artifact", "log_artifacts", "log_file"), "run.log_artifact"),
    **dict.fromkeys(("log_image", "log_figure"), "run.log({name: gittrack.Image(array)})"),
    "log_text": "run.log({name: gittrack.Text(text)})",
    "log_table": "run.log({name: gittrack.Table(rows)})",
    **dict.fromkeys(("set_tag", "set_tags", "add_tags"), "run.add_tags"),
    "set_experiment": "gittrack.init(experiment=...)",
    **dict.fromkeys(("search_runs", "Api", "list_runs"), "gittrack.runs"),
    **dict.fromkeys(("get_run", "load_run"), "gittrack.get"),
    "run": "the value of gittrack.init",
    "active_run": "the value of gittrack.init",
    "define_metric": "run.define_metric",
    "Artifact": "run.log_artifact(path)",
    "use_artifact": "gittrack.get(run).artifact(path)",
    "watch": "run.log({name: gittrack.Histogram(gradient)})",
    "login": "nothing: runs are commits of your repository",
    "agent": "git track sweep run FILE",
    "register_model": "git track model register, or gittrack.registry()",
    "autolog": "the callbacks in gittrack.integrations",
    "set_tracking_uri": "gittrack.init(repo=...)",
}
# {unknown keyword of `gittrack.init`: what to use}
KEYWORDS = {
    **dict.fromkeys(("project", "experiment_name", "project_name"), "experiment"),
    **dict.fromkeys(("notes", "description"), "note"),
    **dict.fromkeys(("run_name", "task_name"), "name"),
    **dict.fromkeys(("params", "hparams", "hyperparameters"), "config"),
    "id": "resume, if a run that stopped is to continue",
    "job_type": "tags=['job_type=train']",
    "entity": "nothing: who runs it is recorded",
    "dir": "repo",
    "save_code": "nothing: the code is always recorded",
    "nested": "a with block inside the with block of the other run",
    "offline": "nothing: runs are recorded in your repository",
}
# {unknown name of a run: what to use}
METHODS = {
    **dict.fromkeys(("track", "log_scalar", "add_scalar"), "run.log"),
    **dict.fromkeys(("log_text", "log_string"), "run.log({name: gittrack.Text(text)})"),
    **dict.fromkeys(("log_image", "add_image"), "run.log({name: gittrack.Image(array)})"),
    **dict.fromkeys(("log_figure", "add_figure"), "run.log({name: gittrack.Figure(figure)})"),
    **dict.fromkeys(
        ("log_histogram", "add_histogram"), "run.log({name: gittrack.Histogram(array)})"
    ),
    "log_table": "run.log({name: gittrack.Table(rows)})",
    "log_artifacts": "run.log_artifact(folder)",
    "log_model": "run.log_artifact(path)",
    **dict.fromkeys(("set_tag", "set_tags", "add_tag"), "run.add_tags"),
    **dict.fromkeys(("end", "stop", "close", "join"), "run.finish"),
    "save": "gittrack.save",
    "alert": "gittrack.alert",
    "use_artifact": "gittrack.get(run).artifact(path)",
    "watch": "run.log({name: gittrack.Histogram(gradient)})",
}


class UnknownKeyword(TrackError, TypeError):
    """A function has no such keyword."""


def unknown_keyword(function: str, word: str, known_words: Iterable[str]) -> UnknownKeyword:
    """Return the error for a keyword that a function does not have."""
    use = KEYWORDS.get(word)
    hint = f"use {use}" if use else did_you_mean(word, known_words, "see docs/reference/api.md")
    return UnknownKeyword(f"{function} has no keyword {word!r}", hint)


def unknown_name(
    owner: str, name: str, table: Mapping[str, str], known_names: Iterable[str]
) -> AttributeError:
    """Return the error for an attribute that the package or a run does not have."""
    use = table.get(name)
    hint = f"use {use}" if use else did_you_mean(name, known_names)
    return AttributeError(f"{owner} has no attribute {name!r}" + (f": {hint}" if hint else ""))
