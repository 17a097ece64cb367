"""Run one command as one run."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, nested, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.disk import folders
from gittrack.disk.content_store import ContentStore
from gittrack.launch import probe, process, template
from gittrack.launch.console import Console
from gittrack.launch.console_log import ConsoleLog
from gittrack.launch.guest import Guest
from gittrack.record import artifacts, inputs, session
from gittrack.record.code import made_files
from gittrack.record.publish import logs, writer
from gittrack.record.run import LIMITS

GIVEN = "GITTRACK_GIVEN"
_GIVEN_FILE = "given.json"
_TICK_SECONDS = 0.2


class Given(NamedTuple):
    """The params and the seed that were asked for, without what came from a params.yaml that was there."""

    params: Mapping[str, Any]
    seed: int | None


class Plan(NamedTuple):
    """What is to be run: the command as typed, with its fields, and what goes with it."""

    request: session.Request
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    apart: Sequence[str] = ()  # paths from the root that are no code, whatever git thinks of them
    controls: Mapping[str, str | None] = {}  # variables for the command; None takes one away
    given: Given | None = None  # None: all of the request's
    env: Mapping[str, str] = {}  # more for the command's environment
    guest: Guest = Guest()
    locks: tuple[int, ...] = ()  # further ones, held until all that the command started has ended


class Result(NamedTuple):
    """What became of it; ``published`` is None where the run is kept in ``journal`` for later.

    ``skipped`` is the id of a run that did the same before: then nothing was run.  ``stopped`` says whether
    a signal came to end it.
    """

    exit_code: int
    published: writer.Published | None
    journal: Path
    notes: tuple[str, ...]
    skipped: str | None = None
    stopped: bool = False


def check_command(argv: Sequence[str]) -> None:
    """Raise TrackError with the code 127 where a command is not found, 126 where it cannot be executed."""
    if not argv:
        raise TrackError(
            "no command is given", "write it after --: git track run -- python train.py", code=2
        )
    if shutil.which(argv[0]):
        return
    if os.path.exists(argv[0]) and os.sep in argv[0]:
        hint = "is it a folder?" if os.path.isdir(argv[0]) else f"try: chmod +x {argv[0]}"
        raise TrackError(f"{argv[0]} is not executable", hint, code=126)
    raise TrackError(
        f"the command {argv[0]!r} was not found", "check the spelling and PATH", code=127
    )


def launch(repo: git.Repo, plan: Plan, say: session.Say) -> Result:
    """Record and run a command; ``say`` is called with what the user should know at the start.

    Raises TrackError before anything runs where the command, an input or the repository will not do.
    """
    check_command(plan.request.command)
    cache = Path(layout.cache_dir(repo.common_dir))
    found = [
        inputs.fingerprint(p, inputs.display_path(p, repo.work_tree or ""), cache)
        for p in plan.inputs
    ]
    names = [artifacts.default_name(path) for path in plan.outputs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise TrackError(f"two outputs would both be called {twice}", "name their folder instead")
    for path in plan.outputs:
        layout.check_artifact_name(artifacts.default_name(path))
    left_out = [inputs.display_path(path, repo.work_tree or "") for path in plan.outputs]
    digests = {entry["path"]: entry["sha256"] for entry in found}
    request = plan.request._replace(
        output_paths=left_out, inputs=list(plan.inputs), digests=digests
    )
    begun = session.begin(repo, request, [*left_out, *plan.apart])
    for warning in begun.warnings:
        say(warning)
    for entry in found:
        begun.journal.append(events.INPUT, values=entry)
    # What was asked, before the script says more about itself: its recipe as far as it is known by now.
    asked = events.derived_facts(begun.journal.state())["recipe"]
    before = plan.guest.run_with(asked)
    if before is not None:
        writer.remove(begun.journal)
        return Result(0, None, begun.journal.folder, (), before)
    begun.journal.append(events.FACTS, values={"asked": asked})
    started = time.time()
    running, outcome, notes = _execute(begun, plan)
    notes += _keep_outputs(begun, plan.outputs, started)
    published = None
    try:
        published = session.end(begun, _facts_of_end(begun, plan, outcome))
        notes += published.notes
    except (TrackError, OSError) as error:
        notes.append(f"the run could not be committed: {error}")
    finally:
        begun.journal.release()
    told = tuple(notes)
    return Result(
        outcome.shell_code, published, begun.journal.folder, told, stopped=running.stopped
    )


def _facts_of_end(
    begun: session.Session, plan: Plan, outcome: process.Outcome
) -> Mapping[str, Any]:
    facts = {
        "status": run_info.KILLED if outcome.ended else _status(outcome),
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "peak_memory": outcome.peak_memory,
    }
    facts = {key: value for key, value in facts.items() if value is not None}
    return {**facts, **plan.guest.facts_of_end(begun.journal.state(), facts)}


def _status(outcome: process.Outcome) -> str:
    if outcome.signal is not None:
        return run_info.KILLED
    return run_info.FINISHED if outcome.exit_code == 0 else run_info.FAILED


def environment_of(begun: session.Session, plan: Plan) -> dict[str, str]:
    """Return the environment of the command; it says which run it is part of."""
    folder = begun.journal.folder
    env = {k: v for k, v in os.environ.items() if k not in ("GITTRACK_SEED",)}
    env.update(
        GITTRACK_RUN=begun.journal.id,
        GITTRACK_JOURNAL=str(folder),
        GITTRACK_ROOT=begun.repo.work_tree or "",
        GITTRACK_PARAMS=str(folder / layout.PARAMS),
        GITTRACK_METRICS=str(folder / layout.POINTS),
        GITTRACK_EXPERIMENT=plan.request.experiment or "",
    )
    for name, value in plan.controls.items():
        env.pop(name, None) if value is None else env.update({name: value})
    env[LIMITS] = f"{begun.settings.max_artifact_size} {begun.settings.max_store_size}"
    env.pop(GIVEN, None)
    if plan.given is not None:
        env[GIVEN] = str(folder / _GIVEN_FILE)
    if plan.request.seed is not None:
        env["GITTRACK_SEED"] = str(plan.request.seed)
        if not plan.controls.get("PYTHONHASHSEED"):
            env["PYTHONHASHSEED"] = str(plan.request.seed % 2**32)
        env.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return {**env, **plan.env}


def _execute(
    begun: session.Session, plan: Plan
) -> tuple[process.Process, process.Outcome, list[str]]:
    folder = begun.journal.folder
    params = plan.request.params
    (folder / layout.PARAMS).write_bytes(yaml_write.dump(params, sort=True))
    (folder / layout.POINTS).touch()
    folders.share_file(folder / layout.POINTS)
    if plan.given is not None:
        (folder / _GIVEN_FILE).write_text(json.dumps(plan.given._asdict()))
    env = environment_of(begun, plan)
    argv = template.fill(plan.request.command, params, env["GITTRACK_PARAMS"])
    if template.has_json_file(plan.request.command):
        Path(template.json_path(env["GITTRACK_PARAMS"])).write_text(template.json_text(params))
    limit = begun.settings.max_log_size
    log = ConsoleLog(logs.LogFile(folder, limit), limit)
    cache = layout.cache_dir(begun.repo.common_dir)
    asked = probe.Probe(argv, env, begun.settings.env, cache)
    console = Console(log.write)
    locks = (*plan.locks, begun.journal.lock_fd or 0)
    running = process.Process(argv, env, console, f"GITTRACK_RUN={begun.journal.id}", locks)
    points = _Growth(folder / layout.POINTS, folder / layout.POINT_TIMES, begun.clock)

    def tick() -> None:
        points.note()
        if plan.guest.reason_to_end() is not None:
            running.end()

    outcome = running.wait(_TICK_SECONDS, tick)
    points.note()
    notes = log.close()
    if running.git_ended:
        notes.append("git ended before the command; in job scripts write: git-track run -- COMMAND")
    if console.problem:
        notes.append(f"output was lost on its way out ({console.problem}); log.txt has it")
    # What a script in this run said about itself comes later in the journal and stands.
    known = begun.journal.state().env
    begun.journal.append(events.ENV, values=nested.merge(asked.facts(), known))
    return running, outcome, notes


def _keep_outputs(begun: session.Session, paths: Sequence[str], started: float) -> list[str]:
    notes: list[str] = []
    target = begun.journal.folder / layout.ARTIFACTS
    chosen = begun.settings
    limit = chosen.max_artifact_size
    store = ContentStore(Path(layout.store_dir(begun.repo.common_dir)), chosen.max_store_size)
    for path in paths:
        try:
            for entry in artifacts.copy_in(
                path, artifacts.default_name(path), target, limit, store
            ):
                begun.journal.append(events.OUTPUT, values=entry)
                notes += filter(None, (artifacts.warning(entry, "output"),))
            made_files.remember(begun.repo.common_dir, begun.journal.folder, path)
        except TrackError as error:
            notes.append(f"{error.message.replace('artifact', 'output', 1)}: not stored")
        except OSError as error:
            notes.append(f"the output {path} was not stored: {error.strerror}")
    return notes


class _Growth:
    """Notes when the file of metric points was seen to have grown, and how far."""

    def __init__(self, points: Path, times: Path, clock: float) -> None:
        self.points, self.times, self.clock, self.size = points, times, clock, 0

    def note(self) -> None:
        try:
            size = self.points.stat().st_size
            if size != self.size:
                with open(self.times, "ab", buffering=0) as file:
                    file.write(f"{size} {time.monotonic() - self.clock:.3f}\n".encode())
                self.size = size
        except OSError:
            return  # the points themselves are safe; one of them gets the time of a later look


def environment_names() -> Mapping[str, str]:
    """Return the variables that a command gets, with what each is for."""
    return {
        "GITTRACK_RUN": "the id of the run",
        "GITTRACK_PARAMS": "a YAML file with the resolved configuration",
        "GITTRACK_METRICS": 'a file to write points to, as JSON lines: {"step": 3, "loss": 0.4}',
        "GITTRACK_SEED": "the seed: --seed, or the configuration's",
    }
