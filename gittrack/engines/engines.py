"""The engines by name, and the pool of a sweep that uses one."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.secrets import redact_url
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.disk import folders
from gittrack.engines import remote_repository, shared_repository
from gittrack.engines import task as tasks
from gittrack.engines.backends import gpus, joined_workers
from gittrack.engines.executor import Context, EngineOptions, Executor
from gittrack.engines.pool import EnginePool, ResultSource, SweepNames
from gittrack.engines.remote import remote_workers
from gittrack.engines.remote.live_trials import LiveTrials
from gittrack.engines.task import Location
from gittrack.record import inputs
from gittrack.search.plan import SweepPlan
from gittrack.sweeping.curves import CurveCollector
from gittrack.sweeping.jobs import JobMaker
from gittrack.sweeping.state import SweepState

WORKERS = "workers"  # the engine that starts nothing: only workers that join run trials
# Each module has a function make(context), which returns an `Executor`.
ENGINES: Mapping[str, str] = {
    "local-processes": "gittrack.engines.backends.local_processes",
    "dask": "gittrack.engines.backends.dask",
    "slurm": "gittrack.engines.backends.slurm",
    "ssh": "gittrack.engines.backends.ssh",
}
NAMES = (*ENGINES, WORKERS)


def module_of(name: str) -> Any:
    """Import the module of an engine: one of ours, or a module of the user with ``make(context)``.

    Raises TrackError if there is none.
    """
    if name not in ENGINES and "." not in name:
        hint = did_you_mean(name, NAMES, f"there are: {', '.join(NAMES)}")
        raise TrackError(f"there is no engine {name!r}", hint, code=2)
    try:
        module = import_module(ENGINES.get(name, name))
    except ImportError as error:
        hint = "pip install 'gittrack[dask]'" if name == "dask" else "install what it needs"
        raise TrackError(f"the engine {name} cannot be imported: {error}", hint) from error
    if not callable(getattr(module, "make", None)):
        raise TrackError(f"the module {name} has no function make(context)", "see: docs/engines.md")
    return module


def check(name: str, values: Mapping[str, Any]) -> None:
    """Raise TrackError if there is no such engine, or if it cannot be used here with its options."""
    if name == WORKERS:
        return
    check_options = getattr(module_of(name), "check", None)
    if check_options is not None:
        check_options(values)


def pool(
    repo: git.Repo,
    maker: JobMaker,
    initial: SweepState,
    options: EngineOptions,
    warn: Callable[[str], None],
    note: Callable[[str], None],
) -> EnginePool:
    """Return the pool of a sweep whose trials an engine runs.

    Parameters
    ----------
    repo : git.Repo
        The repository of this process.
    maker : JobMaker
        The sweep, its plan, and how to run it.
    initial : SweepState
        The outcomes so far.
    options : EngineOptions
        The engine, and what the user asks of it.
    warn, note : callable
        Print a warning, and what was found out.
    """
    sweep = maker.sweep
    continues = shared_repository.is_open(repo.common_dir, sweep.id) or bool(initial.runs)
    location = shared_repository.open_to_workers(repo, sweep.id)
    executors = _executors(repo, sweep.id, options, warn, note)
    meeting: ResultSource
    collector, board = None, None
    names = SweepNames(sweep.id, sweep.facts["experiment"])
    if options.meet == "remote" or not _is_shared(executors[0], location, sweep.id):
        check_early_terminate(maker.prepared.plan)
        remote_side = remote_repository.RemoteSweep(repo, *names, warn)
        location = remote_side.location(location)
        continues = continues or remote_side.continues
        note(f"runs meet on the git remote {remote_side.remote}: {redact_url(location.url)}")
        remote_side.publish(list(initial.runs.values()))  # results that nobody had taken
        meeting = remote_side
        board = LiveTrials(repo, remote_side.route, names, warn)
        executors += _remote_workers(repo, maker, remote_side, location, options, warn)
        shared_repository.note_remote(repo.common_dir, sweep.id, remote_side.remote)
    else:
        shared_repository.note_remote(repo.common_dir, sweep.id, "")
        note(f"runs meet in this repository, {location.common_dir}, which workers must share")
        meeting = shared_repository.SharedRepository(repo, sweep.id)
        if maker.prepared.plan.early_terminate is not None:
            counting = list(initial.runs.values())
            collector = CurveCollector(repo, sweep.id, maker.prepared.plan, counting)
    common = tasks.TaskBasis(
        sweep.commit,
        location,
        _command(maker),
        options.setup,
        _digests(repo, sweep.facts.get("inputs") or ()),
        gpus.requested(options),
    )
    state = meeting, common, initial.next_order
    return EnginePool(
        *(repo, names, executors, *state),
        continues=continues,
        board=board,
        curves=collector,
        resumes=maker.prepared.plan.continues,
    )


def check_early_terminate(plan: SweepPlan) -> None:
    """Raise TrackError if trials of a sweep whose runs meet on a git remote stop early."""
    if plan.early_terminate is not None:
        raise TrackError(
            "early_terminate needs a file system that all machines share, for the curves of other trials",
            "leave it out of the sweep file, or use halving, hyperband or asha",
        )


def _executors(
    repo: git.Repo,
    sweep_id: str,
    options: EngineOptions,
    warn: Callable[[str], None],
    note: Callable[[str], None],
) -> list[Executor]:
    """Return the executors of an engine: its own first, then workers that join."""
    executors: list[Executor] = []
    if options.name == WORKERS:
        note(f"waits for workers; on each machine: git track worker {sweep_id[16:]}")
    else:
        folder = f"{layout.sweep_dir(repo.common_dir, sweep_id)}/engine"
        folders.make(folder)
        context = Context(options, sweep_id, folder, warn)
        executors.append(module_of(options.name).make(context))
    return [*executors, joined_workers.executor(repo.common_dir, sweep_id, warn)]


def _remote_workers(
    repo: git.Repo,
    maker: JobMaker,
    meeting: remote_repository.RemoteSweep,
    location: Location,
    options: EngineOptions,
    warn: Callable[[str], None],
) -> list[Executor]:
    """Return the executor of workers that join over the remote of the meeting.

    A command with a secret does not go there: then no worker can join so.  Raises TrackError if the engine
    has no others.
    """
    if _command(maker):
        problem = "the command has a secret, which is not sent to workers over a git remote"
        if options.name == WORKERS:
            raise TrackError(problem, "give it to trials by a variable of each machine")
        warn(f"no worker can join over the remote: {problem}")
        return []
    sweep_id = maker.sweep.id
    values = repo, meeting.route, location.url, sweep_id, options.setup, warn
    return [remote_workers.RemoteWorkers(*values)]


def _is_shared(executor: Executor, location: Location, sweep_id: str) -> bool:
    """Return whether the workers of an engine share the file system, as far as it can tell."""
    sees = getattr(executor, "sees", None)
    return sees is None or bool(sees(location, sweep_id))


def _command(maker: JobMaker) -> tuple[str, ...]:
    """Return the command if it is not the recorded one, because a secret is hidden there."""
    command = tuple(maker.prepared.plan.command)
    return () if command == tuple(maker.sweep.facts["command"]) else command


def _digests(repo: git.Repo, paths: Any) -> dict[str, str]:
    """Return the digests of the inputs here, which workers must have too."""
    cache = Path(layout.cache_dir(repo.common_dir))
    top = repo.work_tree or os.getcwd()
    prints = [inputs.fingerprint(path, inputs.display_path(path, top), cache) for path in paths]
    return {entry["path"]: entry["sha256"] for entry in prints}
