"""Run a recorded command again, at its code, with its params, its seed, its controls and its data."""

from __future__ import annotations

import os
import shutil
from contextlib import nullcontext
from typing import Any

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.run.fingerprint import fingerprint
from gittrack.core.secrets import HIDDEN
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.git import temporary_worktree
from gittrack.launch import launcher, probe, start_hook
from gittrack.launch.command_plan import CommandPlan
from gittrack.launch.observe import options as observe_options
from gittrack.read.runs.record import RunRecord
from gittrack.record import session
from gittrack.record.evidence import read_files
from gittrack.record.machine import environment
from gittrack.reproduce import (
    recorded_data,
    redirect,
    rerun_worktree,
    resume_artifacts,
    surroundings,
    unrepeatable,
)
from gittrack.reproduce.environments import locked_environment
from gittrack.reproduce.rerun_request import OtherFiles, RerunRequest, Result
from gittrack.reproduce.rerun_worktree import Impossible

__all__ = ["Impossible", "OtherFiles", "RerunRequest", "Result"]


def check(repo: git.Repo, run: RunRecord, *, rebuild: bool = False) -> str:
    """Return the commit whose code ran.  Raises Impossible if something that the rerun needs is missing.

    With ``rebuild`` the program may be in an environment that is still to be made.
    """
    info = run.info
    check_command(info.command, is_installed=not rebuild)
    return code_of(repo, run)


def check_command(words: Sequence[str], *, is_installed: bool = True) -> None:
    """Raise Impossible if a recorded command cannot be executed here."""
    if not words:
        raise Impossible("its command was not recorded", "run it by hand: git track checkout RUN")
    if any(HIDDEN in word for word in words):
        raise Impossible(
            "its command contains a secret, which was not recorded",
            "run it by hand: git track checkout RUN",
        )
    rerun_worktree.check_words("command", words)
    obstacle = unrepeatable.obstacle(words)
    if obstacle is not None:
        raise Impossible(obstacle.reason, obstacle.remedy)
    program = words[0]
    if is_installed and os.sep not in program and not shutil.which(program):
        raise Impossible(f"the command {program!r} was not found", "activate its environment")


def code_of(repo: git.Repo, run: RunRecord) -> str:
    """Return the commit whose code ran, uncommitted changes included.  Raises Impossible."""
    info = run.info
    state = info.code.state
    if state is None:
        raise Impossible(
            "it was recorded without a commit", "its code is not known, so it cannot be run again"
        )
    if git.missing_objects(repo, [state]):
        is_shallow = os.path.exists(os.path.join(repo.common_dir, "shallow"))
        fetch = "git fetch --unshallow" if is_shallow else "git fetch"
        raise Impossible(f"its code, {state[:12]}, is not in this repository", f"try: {fetch}")
    return state


def rerun(
    repo: git.Repo,
    run: RunRecord,
    request: RerunRequest,
    say: session.Say = lambda text: None,
) -> Result:
    """Run the command of a recorded run again, as a new run.

    Parameters
    ----------
    repo
        The repository of the run.
    run
        The recorded run.
    request
        What to change, and where to run.
    say
        Called with each line for the user.

    Returns
    -------
    Result
        How the new run ended.

    Raises
    ------
    Impossible
        If the run cannot be run again here; nothing has run then.
    """
    for folder in temporary_worktree.clear_all(repo):
        say(removal_message(folder))
    commit = check(repo, run, rebuild=request.rebuild)
    if request.command is not None:
        check_command(request.command)
    data = recorded_data.data(repo, run)
    imports = probe.Imports(
        run.info.command, repo.work_tree
    )  # they answer while the following goes on
    workplace = (
        nullcontext(rerun_worktree.users_tree(repo, run, commit))
        if request.in_place
        else rerun_worktree.new_worktree(repo, commit, [*data, *request.links])
    )
    with (
        workplace as code,
        resume_artifacts.for_rerun(repo, run, code.beside) as resume_variables,
    ):
        if request.files is not None:
            rerun_worktree.replace_files(code, request.files)
        new_run = _session_request(repo, run, request)
        more = {**resume_variables, **request.variables}
        imports_first, changes, others = list(request.imports), {}, []
        if request.rebuild:
            rebuilt = locked_environment.make(repo, run, code.folder, say)
            code = locked_environment.use(rebuilt, repo.work_tree or code.folder, code)
            imports_first += locked_environment.import_folders(code.folder)
            changes, others = (
                dict(rebuilt.variables),
                locked_environment.interpreter(rebuilt, new_run.command),
            )
        with surroundings.importing(imports_first), surroundings.variables(changes):
            result = _launch(repo, code, run, new_run, imports, others, more, say)
        failed = result.exit_code != 0 and not result.stopped and not request.discard
        if request.in_place or not (request.keep or failed):
            return result
        code.keep()
        return result._replace(worktree=code.folder)


def removal_message(folder: str) -> str:
    """Return the message about a worktree that a killed process left and that was removed now."""
    return f"removed the worktree that an earlier, killed process left in {folder}"


def _session_request(repo: git.Repo, run: RunRecord, request: RerunRequest) -> session.RunRequest:
    info = run.info
    params = dict(info.params) if request.changed is None else dict(request.changed)
    if request.seed is not None and "seed" in params:
        params["seed"] = request.seed
    return session.RunRequest(
        experiment=info.experiment,
        params=params,
        group=info.group,
        seed=info.seed if request.seed is None else request.seed,
        command=list(info.command if request.command is None else request.command),
        reproduces=run.id if request.is_reproduction else None,
        verify=request.verify,
        hooks_of=None if request.in_place else repo.work_tree or repo.common_dir,
    )


def without_seed(info: run_info.RunInfo) -> tuple[Any, ...]:
    """Return what runs have in common that differ only in their seeds: code, command and params."""
    params = {name: value for name, value in info.params.items() if name != "seed"}
    return info.code.state, info.command, fingerprint(params)


def _launch(
    repo: git.Repo,
    code: rerun_worktree.CodeFolder,
    run: RunRecord,
    request: session.RunRequest,
    imports: probe.Imports,
    others: Sequence[tuple[str, str]],
    resume_variables: Mapping[str, str | None],
    say: session.Say,
) -> Result:
    info = run.info
    inner = rerun_worktree.inside(info.cwd or ".").lstrip("/")
    rerun_worktree.check_words("output", info.output_paths)
    folders = recorded_data.recorded_folders(run)
    folder = rerun_worktree.start_folder(repo, code, inner, folders)
    recorded_data.check_data(run, code)
    if not os.path.isdir(folder):
        raise Impossible(f"its folder {info.cwd} is not in its code", "run it by hand")
    with surroundings.working_in(folder), surroundings.announced(run.id):
        here = git.find()
        root = here.work_tree or code.folder
        data = [os.path.relpath(os.path.join(root, i["path"])) for i in run.inputs]
        outputs = [os.path.relpath(os.path.join(root, path)) for path in info.output_paths]
        controls = {**_controls(run, request), **resume_variables}
        replace = redirect.Redirect()
        if request.hooks_of:
            users_folder = os.path.join(repo.work_tree or "", inner)
            others = [*others, *redirect.outside_scripts(request.command, folder, users_folder)]
            replace, variables = rerun_worktree.code_of_worktree(
                repo, code.folder, imports.folders(), others
            )
            controls = {**variables, "PWD": folder, **controls}
        plan = CommandPlan(
            request,
            data,
            outputs,
            code.linked,
            controls=controls,
            locks=code.locks,
            hook=run.env.get(start_hook.FACT) is not False,
            observe=observe_options.from_env(run.env.get(observe_options.FACT)),
            redirect=replace.text,
            users_files=code.users_files,
            look_at=read_files.names(run.env),
        )
        try:
            ended = launcher.launch(here, plan, say)
        except TrackError as error:  # raised before anything runs
            raise Impossible(error.message, error.hint) from error
    for note in ended.notes:
        say(note)
    if ended.published is None:
        raise TrackError(f"the new run is kept in {ended.journal}", "commit it: git track recover")
    return Result(ended.published.info.id, ended.exit_code, stopped=ended.stopped)


def _controls(run: RunRecord, request: session.RunRequest) -> dict[str, str | None]:
    """Return the variables that decide about bits, as the run had them; None for those it did not have."""
    if not run.env:
        return {}
    recorded = run.env.get("variables") or {}
    controls = {name: recorded.get(name) for name in environment.CONTROLS}
    for name, value in controls.items():
        if not isinstance(value, str | None):
            raise Impossible(f"its variable {name} is {value!r:.60}", "do not trust this run")
        rerun_worktree.check_words(f"variable {name}", [value or ""])
    # Another seed brings its own hash seed.
    return controls if request.seed == run.info.seed else {**controls, "PYTHONHASHSEED": None}
