"""Run one command as one run."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core import layout, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.core.standard import contextlib, json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders
from gittrack.disk.programs import which
from gittrack.launch import (
    loaded_code,
    outputs,
    probe,
    process,
    start_hook,
    template,
)
from gittrack.launch.command_plan import EXPLICIT_FILE, AssignedParams, CommandPlan
from gittrack.launch.console import Console
from gittrack.launch.console_log import ConsoleLog
from gittrack.launch.observe import options as observe_options
from gittrack.launch.observe import unread_params
from gittrack.launch.observe.observers import Observers
from gittrack.launch.point_times import PointTimes
from gittrack.record import artifacts, inputs, session
from gittrack.record.evidence import untracked_folders
from gittrack.record.publish import logs, writer

EXPLICIT_VARIABLE = "GITTRACK_GIVEN"
_TICK_SECONDS = 0.2
_OF_THE_OUTER_RUN = ("GITTRACK_SEED", "GITTRACK_AUTO", "GITTRACK_ARGUMENTS")


class LaunchResult(NamedTuple):
    """How a launched command ended.

    ``published`` is None if the run could not be committed and stays in ``journal``.  ``skipped`` is the
    id of an earlier run that was used instead of running the command.  ``stopped`` is True if a signal
    asked the launcher to stop.  ``pushes`` is True if the run is pushed in the background.
    ``observed`` are the lines about what was taken from the command.
    """

    exit_code: int
    published: writer.Published | None
    journal: Path
    notes: tuple[str, ...]
    skipped: str | None = None
    stopped: bool = False
    observed: tuple[str, ...] = ()
    pushes: bool = False


def check_command(argv: Sequence[str]) -> None:
    """Raise TrackError if a command is not found (code 127) or cannot be executed (code 126)."""
    if not argv:
        raise TrackError(
            "no command is given", "write it after --: git track run -- python train.py", code=2
        )
    if which(argv[0]):
        return
    if os.path.exists(argv[0]) and os.sep in argv[0]:
        hint = "is it a folder?" if os.path.isdir(argv[0]) else f"try: chmod +x {argv[0]}"
        raise TrackError(f"{argv[0]} is not executable", hint, code=126)
    raise TrackError(
        f"the command {argv[0]!r} was not found", "check the spelling and PATH", code=127
    )


def launch(repo: git.Repo, plan: CommandPlan, say: session.Say) -> LaunchResult:
    """Record and run a command.

    Calls ``say`` with each warning at the start.  Raises TrackError before anything runs if the command, an
    input or the repository cannot be used.
    """
    check_command([plan.redirect(word) for word in plan.request.command[:1]])
    cache = Path(layout.cache_dir(repo.common_dir))
    fingerprints = [
        inputs.fingerprint(p, inputs.display_path(p, repo.work_tree or ""), cache)
        for p in plan.inputs
    ]
    _check_outputs(plan.outputs)
    output_paths = [inputs.display_path(path, repo.work_tree or "") for path in plan.outputs]
    digests = {entry["path"]: entry["sha256"] for entry in fingerprints}
    request = plan.request._replace(
        output_paths=output_paths, inputs=list(plan.inputs), digests=digests
    )
    not_code = [*output_paths, *plan.not_code]
    run_session = session.begin(repo, request, not_code, plan.known_code)
    for warning in (*run_session.warnings, *filter(None, map(inputs.warning, fingerprints))):
        say(warning)
    for entry in fingerprints:
        run_session.journal.append(events.INPUT, values=entry)
    # The recipe at the start, before the script adds params or inputs of its own.
    recipe = events.derived_facts(run_session.journal.state())["recipe"]
    existing = plan.controller.existing_run(recipe)
    if existing is not None:
        writer.remove(run_session.journal)
        return LaunchResult(0, None, run_session.journal.folder, (), existing)
    run_session.journal.append(events.FACTS, values={"asked": recipe})
    folders_before = untracked_folders.untracked(
        repo.work_tree or "", untracked_folders.tracked_by(run_session.code.tracked)
    )
    observers = _observers(run_session, plan)
    running, outcome, notes, inexact = _execute(run_session, plan, observers)
    observed = observers.close()
    notes += observers.problems
    notes += outputs.keep(run_session, plan.outputs)
    notes += outputs.note_written(run_session, [*output_paths, *digests], folders_before)
    words = [plan.redirect(word) for word in request.command]
    is_finished = outcome.exit_code == 0 and not outcome.ended
    run_session, sentences = loaded_code.check(
        run_session, request.hooks_of, words, inexact, is_finished=is_finished
    )
    notes += sentences
    published = None
    try:
        facts = _facts_of_end(run_session, plan, outcome)
        published = session.end(run_session, facts, plan.controller.refs_of_end(facts))
        notes += published.notes
    except (TrackError, OSError) as error:
        notes.append(f"the run could not be committed: {error}")
    finally:
        run_session.journal.release()
    all_notes = tuple(notes)
    return LaunchResult(
        outcome.shell_code,
        published,
        run_session.journal.folder,
        all_notes,
        stopped=running.stopped,
        observed=tuple(observed),
        pushes=run_session.settings.push,
    )


def _observers(run_session: session.Session, plan: CommandPlan) -> Observers:
    """Return what observes the command; the setting ``track.auto`` counts if no option decides."""
    options = plan.observe
    if options.auto is None:
        options = options._replace(auto=plan.hook and run_session.settings.auto)
    book, system = run_session.journal, run_session.settings.system
    return Observers(book, run_session.clock, options, system)


def _check_outputs(paths: Sequence[str]) -> None:
    """Raise TrackError if two outputs would have one name, or an output cannot be an artifact."""
    names = [artifacts.default_name(path) for path in paths]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise TrackError(f"two outputs would both be called {twice}", "name their folder instead")
    for name in names:
        layout.check_artifact_name(name)


def _facts_of_end(
    run_session: session.Session, plan: CommandPlan, outcome: process.CommandEnd
) -> Mapping[str, Any]:
    facts = {
        "status": run_info.KILLED if outcome.ended else _status(outcome),
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "peak_memory": outcome.peak_memory,
    }
    facts = {key: value for key, value in facts.items() if value is not None}
    return {**facts, **plan.controller.facts_of_end(run_session.journal.state(), facts)}


def _status(outcome: process.CommandEnd) -> str:
    if outcome.signal is not None:
        return run_info.KILLED
    return run_info.FINISHED if outcome.exit_code == 0 else run_info.FAILED


def environment_of(run_session: session.Session, plan: CommandPlan) -> dict[str, str]:
    """Return the environment of the command, with the variables that name its run."""
    folder = run_session.journal.folder
    env = {k: v for k, v in os.environ.items() if k not in _OF_THE_OUTER_RUN}
    env.update(
        GITTRACK_RUN=run_session.journal.id,
        GITTRACK_JOURNAL=str(folder),
        GITTRACK_ROOT=run_session.repo.work_tree or "",
        GITTRACK_PARAMS=str(folder / layout.PARAMS),
        GITTRACK_METRICS=str(folder / layout.POINTS),
        GITTRACK_EXPERIMENT=plan.request.experiment or "",
    )
    for name, value in plan.controls.items():
        env.pop(name, None) if value is None else env.update({name: value})
    options = run_session.settings
    sizes = (options.max_artifact_size, options.max_store_size, options.max_media_size)
    env[artifacts.LIMITS] = " ".join(map(str, sizes))
    env.pop(EXPLICIT_VARIABLE, None)
    if plan.explicit is not None:
        env[EXPLICIT_VARIABLE] = str(folder / EXPLICIT_FILE)
    if plan.request.seed is not None:
        env["GITTRACK_SEED"] = str(plan.request.seed)
        if not plan.controls.get("PYTHONHASHSEED"):
            env["PYTHONHASHSEED"] = str(plan.request.seed % 2**32)
        env.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    elif not env.get("PYTHONHASHSEED"):  # chosen here, so that a rerun can have the same
        env["PYTHONHASHSEED"] = str(int.from_bytes(os.urandom(4), "big"))
    env = {**start_hook.without_hook(env), **plan.env}
    return start_hook.variables(env, folder) if plan.hook else env


def _execute(
    run_session: session.Session, plan: CommandPlan, observers: Observers
) -> tuple[process.Process, process.CommandEnd, list[str], list[str]]:
    """Run the command; return how it ended, notes, and why its code or data is inexact."""
    folder = run_session.journal.folder
    params = plan.request.params
    (folder / layout.PARAMS).write_bytes(yaml_write.dump(params, sort=True))
    (folder / layout.POINTS).touch()
    folders.share_file(folder / layout.POINTS)
    if plan.explicit is not None:
        (folder / EXPLICIT_FILE).write_text(json.dumps(plan.explicit._asdict()))
    env = {**environment_of(run_session, plan), **observers.variables()}
    words = template.fill(plan.request.command, params, env["GITTRACK_PARAMS"])
    argv = [plan.redirect(word) for word in words]
    if template.has_json_file(plan.request.command):
        Path(template.json_path(env["GITTRACK_PARAMS"])).write_text(template.json_text(params))
    limit = run_session.settings.max_log_size
    log = ConsoleLog(logs.LogFile(folder, limit), limit)
    cache = layout.cache_dir(run_session.repo.common_dir)
    environment_probe = probe.Probe(
        argv, start_hook.without_hook(env), run_session.settings.env, cache
    )
    console = Console(observers.listen(log.write), apart=plan.request.reproduces is not None)
    if len(console.channels) > 1:
        log.table = logs.StreamTable(folder)
    locks = (*plan.locks, run_session.journal.lock_fd or 0)
    files = plan.users_files
    watch = files.watch(words) if files else None
    mark = f"GITTRACK_RUN={run_session.journal.id}"
    enter = files.enter if files and files.view else None
    running = process.Process(argv, env, console, mark, locks, enter)
    points = PointTimes(folder / layout.POINTS, folder / layout.POINT_TIMES, run_session.clock)

    def tick() -> None:
        with contextlib.suppress(OSError):  # the end of the run reports it
            run_session.journal.ensure_open()
            log.file.ensure_stored()
        points.note()
        observers.tick()
        if plan.controller.reason_to_end() is not None:
            running.end()

    outcome = running.wait(_TICK_SECONDS, tick)
    tick()
    notes = log.close()
    if running.git_ended:
        notes.append("git ended before the command; in job scripts write: git-track run -- COMMAND")
    if console.problem:
        notes.append(f"output could not be printed ({console.problem}); log.txt has it")
    users_tree = plan.request.hooks_of
    observed = probe.observed_facts(
        run_session, argv, env, environment_probe, users_tree, plan.look_at
    )
    if options := observers.options.to_dict():
        observed = {**observed, observe_options.FACT: options}
    run_session.journal.append(events.ENV, values=observed)
    is_finished = outcome.exit_code == 0 and not outcome.ended
    is_known = is_finished and environment_probe.interpreter is not None
    assigned = plan.assigned if is_known else AssignedParams()
    notes += unread_params.note(run_session.journal, assigned, plan.request.command)
    return running, outcome, notes, watch.sentences() if watch else []


def environment_names() -> Mapping[str, str]:
    """Return the variables of a command's environment, with their meaning."""
    return {
        "GITTRACK_RUN": "the id of the run",
        "GITTRACK_PARAMS": "a YAML file with the resolved configuration",
        "GITTRACK_METRICS": 'a file to write points to, as JSON lines: {"step": 3, "loss": 0.4}',
        "GITTRACK_SEED": "the seed: --seed, or the configuration's",
    }
