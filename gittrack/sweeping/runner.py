"""Run a sweep: enter its working directory, check its code, read its state, and start the engine."""

from __future__ import annotations

import os
import time
from typing import NamedTuple, Protocol

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.standard import functools
from gittrack.core.standard.collections import Callable, Iterator
from gittrack.core.standard.contextlib import contextmanager
from gittrack.git import temporary_worktree
from gittrack.launch import probe
from gittrack.record import recovery
from gittrack.reproduce import rerun
from gittrack.search.strategies import methods
from gittrack.sweeping import curves, engine, prepare, rescue, state, stored, trial, workdir
from gittrack.sweeping.delivery import results
from gittrack.sweeping.isolation.trial_worktrees import TrialWorktrees
from gittrack.sweeping.jobs import JobMaker, RunOptions
from gittrack.sweeping.pool import Pool, Processes
from gittrack.sweeping.prepare import PreparedSweep, SweepRequest
from gittrack.sweeping.state import SweepState
from gittrack.sweeping.stored import Sweep
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.workdir import WorkDir

_MOST_FILES = 4  # changed files in a message


class Callbacks(NamedTuple):
    """What a sweep calls while it runs.

    Attributes
    ----------
    listener : engine.Listener
        Prints the progress.
    stop_request : callable
        Returns how the user wants to stop: ``finish``, ``now``, or None.
    on_start : callable
        Called with the sweep and its state before the first trial.
    make_pool : callable or None
        Makes the pool of (repository, job maker, state) for trials that run elsewhere; None: on this machine.
    engine_options : str
        The options of the command line that say where trials run, for a hint.
    """

    listener: engine.Listener
    stop_request: Callable[[], str | None]
    on_start: Callable[[Sweep, SweepState], None]
    make_pool: Callable[[git.Repo, JobMaker, SweepState], ClosablePool] | None = None
    engine_options: str = ""


class ClosablePool(Pool, Protocol):
    """A pool that is closed when the sweep ends."""

    def close(self, *, done: bool = False) -> None:
        """End the idle workers; ``done`` is whether nothing is left to do."""


def start(
    repo: git.Repo,
    request: SweepRequest,
    prepared: PreparedSweep,
    options: RunOptions,
    callbacks: Callbacks,
) -> bool:
    """Create a sweep and run it.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    request : SweepRequest
        What the user asked for.
    prepared : PreparedSweep
        The plan and the strategy of the request: see `prepare.prepare`.
    options : RunOptions
        How to run the trials.
    callbacks : Callbacks
        What to call meanwhile.

    Returns
    -------
    bool
        Whether the sweep is done; False if it was stopped.

    Raises
    ------
    TrackError
        If the sweep cannot start, or cannot continue.
    """
    sweep_id = layout.new_id(time.time())
    with _workdir(repo, sweep_id, callbacks) as folder:
        code = stored.capture_code(repo, folder.folder)
        for text in code.captured.warnings:
            callbacks.listener.warn(text)
        experiment = layout.experiment_slug(
            request.experiment or code.config.get("track.experiment") or layout.DEFAULT_EXPERIMENT
        )
        created = run_info.iso(time.time())
        facts = prepare.plan_facts(request, prepared, experiment, created, repo.prefix)
        sweep = stored.create(repo, sweep_id, code, request.file, facts)
        options = options._replace(printed=code.captured.output_files)
        maker = JobMaker(sweep, prepared, options)
        return _run(repo, maker, prepared, SweepState(), callbacks, folder)


def resume(
    repo: git.Repo,
    sweep: Sweep,
    prepared: PreparedSweep,
    options: RunOptions,
    callbacks: Callbacks,
) -> bool:
    """Continue a sweep where it stopped.  The current folder must be the folder of its command.

    The parameters are those of `start`, but the request: ``sweep`` is the sweep to continue, and ``prepared``
    comes from `prepare.prepare_again`.

    Returns
    -------
    bool
        Whether the sweep is done; False if it was stopped.

    Raises
    ------
    TrackError
        If the sweep cannot continue; `engine.SweepCodeChanged` if the code has changed.
    """
    with _workdir(repo, sweep.id, callbacks) as folder:
        for text in recovery.failures(recovery.recover(repo)):
            callbacks.listener.warn(text)
        if options.accept_code or not options.isolate:
            sweep, options = _check_code(repo, sweep, options, folder)
        initial = _state(repo, sweep, prepared)
        maker = JobMaker(sweep, prepared, options)
        return _run(repo, maker, prepared, initial, callbacks, folder)


def _state(repo: git.Repo, sweep: Sweep, prepared: PreparedSweep) -> SweepState:
    """Return the state of a sweep, with results from elsewhere that no process has taken yet."""

    def read() -> SweepState:
        infos = state.runs(repo, sweep.id)
        of_runs = state.of_runs(infos, prepared.plan.metric, prepared.names, prepared.resource)
        if not prepared.plan.continues:
            return of_runs
        return of_runs._replace(checkpoints=state.checkpoints(repo, infos, of_runs.pending))

    now = read()
    experiment = sweep.facts["experiment"]
    new_runs = results.take_waiting(repo, sweep.id, experiment, now.runs, now.next_order)
    return read() if new_runs else now


@contextmanager
def _workdir(repo: git.Repo, sweep_id: str, callbacks: Callbacks) -> Iterator[WorkDir]:
    """Hold the working directory of a sweep; remove the worktrees of dead trials before and after."""
    warn = callbacks.listener.warn
    folder = workdir.enter(
        repo.common_dir,
        sweep_id,
        lambda: warn("trials of an earlier process are ending; waiting for them"),
    )
    try:
        for worktree in temporary_worktree.clear_all(repo):
            warn(rerun.removal_message(worktree))
        yield folder
    finally:
        temporary_worktree.clear_all(repo)
        workdir.leave(folder)


def _check_code(
    repo: git.Repo, sweep: Sweep, options: RunOptions, folder: WorkDir
) -> tuple[Sweep, RunOptions]:
    """Return the sweep with the code to run, and the options with the files that are not code.

    Raises SweepCodeChanged if the code has changed and the options do not accept that.
    """
    code = stored.capture_code(repo, folder.folder, sweep.required_code)
    options = options._replace(printed=code.captured.output_files)
    if code.captured.tree == sweep.required_code.tree:
        return sweep, options
    if options.accept_code:
        everything = stored.capture_code(repo, folder.folder)
        return stored.accept_code(repo, sweep, everything), options
    raise code_changed(repo, sweep, code)


def resume_command(sweep: Sweep, options: str = "") -> str:
    """Return the command line that continues a sweep; ``options`` are those of its engine."""
    return f"git track sweep resume {sweep.id[16:]}{options}"


def code_changed(
    repo: git.Repo, sweep: Sweep, code: stored.CurrentCode, options: str = ""
) -> engine.SweepCodeChanged:
    """Return the error for code that is not the sweep's: what changed, and how to continue."""
    names = stored.changed_files(repo, sweep, code)
    more = ", ..." if len(names) > _MOST_FILES else ""
    files = f": {', '.join(names[:_MOST_FILES])}{more}" if names else ""
    again = resume_command(sweep, options)
    return engine.SweepCodeChanged(
        f"the code has changed since the sweep began{files}",
        f"put it back and go on: {again}; or run trials in worktrees with the code as it was: "
        f"{again} --isolate; or go on with the code as it is (add what training writes to "
        f".gitignore first): {again} --accept-code",
    )


def _run(
    repo: git.Repo,
    maker: JobMaker,
    prepared: PreparedSweep,
    initial: SweepState,
    callbacks: Callbacks,
    folder: WorkDir,
) -> bool:
    """Run the engine, and add to each error how to continue."""
    sweep, done = maker.sweep, False
    again = resume_command(sweep, callbacks.engine_options)
    callbacks.on_start(sweep, initial)
    pool: ClosablePool
    if callbacks.make_pool is None:
        pool = _pool(repo, maker, initial, folder)
    else:
        pool = callbacks.make_pool(repo, maker, initial)
    settings = engine.EngineSettings(
        strategy=prepared.strategy,
        pool=pool,
        listener=callbacks.listener,
        metric=prepared.plan.metric,
        names=prepared.names,
        make_job=maker.make,
        stop_request=lambda: callbacks.stop_request() or workdir.stop_request(folder.folder),
        learns=prepared.plan.method in methods.LEARNING,
        checkpoints=functools.partial(state.with_artifacts, repo)
        if prepared.plan.continues
        else None,
    )
    if prepared.plan.early_terminate is not None:
        keep = callbacks.make_pool is not None
        curves.prepare(repo, folder.folder, prepared.plan, initial, keep=keep)
    first = not any(outcome.status == run_info.FINISHED for outcome in initial.outcomes)
    try:
        done = engine.Engine(settings, initial, first=first).run()
        return done
    except engine.SweepCodeChanged:
        code = stored.capture_code(repo, folder.folder, sweep.required_code)
        raise code_changed(repo, sweep, code, callbacks.engine_options) from None
    except engine.MetricMissing as error:
        raise TrackError(error.message, f"{error.hint}: {again}") from error
    except TrackError as error:
        ways = [f"{error.hint}; then go on" if error.hint else "go on", again]
        raise TrackError(error.message, ": ".join(ways), code=error.code) from error
    finally:
        pool.close(done=done)


def _pool(repo: git.Repo, maker: JobMaker, initial: SweepState, folder: WorkDir) -> Processes:
    _, prepared, options = maker
    tree = repo.work_tree
    imports = probe.Imports(prepared.plan.command, tree).folders() if options.isolate else ()
    supervisor = Supervisor(
        folder.folder, os.getpid(), initial.next_order, tuple(imports), options.printed
    )
    trees = TrialWorktrees()  # each launcher has a copy
    return Processes(
        functools.partial(trial.run, repo, trees=trees),
        functools.partial(rescue.rescue, repo),
        supervisor,
        options.jobs,
        (folder.owner,),
        options.gpus,
        trees.close,
    )
