"""The options of how trials are run, and the process that runs a sweep to its end."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from gittrack import git
from gittrack.cli.commands.sweep import _engine, _report
from gittrack.cli.commands.sweep._progress import Progress, Stopper
from gittrack.cli.options import positive
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable
from gittrack.reproduce import rerun_worktree
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import runner
from gittrack.sweeping.jobs import RunOptions
from gittrack.sweeping.prepare import PreparedSweep
from gittrack.sweeping.state import SweepState
from gittrack.sweeping.stored import Sweep

if TYPE_CHECKING:
    from gittrack.engines.executor import EngineOptions


def add_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Declare the options that say how trials are run; return their group."""
    group = parser.add_argument_group("how to run it")
    add = group.add_argument
    add("-j", "--jobs", type=positive, metavar="N", help="run N trials at once (1)")
    add("--gpus", metavar="0,1", help="assign these GPUs to the trials, one each")
    add("--isolate", action="store_true", help="run each trial in a separate worktree")
    _engine.add_options(parser)
    return group


def run_options(args: argparse.Namespace) -> RunOptions:
    """Return the values of the options of `add_options`.  Raises TrackError."""
    gpus = tuple(gpu.strip() for gpu in (args.gpus or "").split(",") if gpu.strip())
    if args.gpus is not None and not gpus:
        raise TrackError("--gpus names no GPU", "write --gpus 0,1", code=2)
    return RunOptions(args.jobs or max(1, len(gpus)), gpus, args.isolate)


def with_links(repo: git.Repo, options: RunOptions) -> RunOptions:
    """Return the options with the paths that the worktree of a trial gets as links."""
    return options._replace(links=rerun_worktree.links(repo)) if options.isolate else options


class SweepProcess:
    """A process that runs a sweep: it prints the progress, and the result at the end."""

    def __init__(
        self, repo: git.Repo, prepared: PreparedSweep, engine: EngineOptions | None = None
    ) -> None:
        self.repo, self.prepared = repo, prepared
        self.sweep: Sweep | None = None
        self.stopper = Stopper()
        self.progress = Progress(prepared.strategy, prepared.plan.metric)
        self.callbacks = runner.Callbacks(
            self.progress,
            lambda: self.stopper.request,
            self._print_start,
            _engine.pool_maker(engine, self.progress.warn, print_note),
            engine.words if engine is not None else "",
        )

    def run(self, run_sweep: Callable[[], bool]) -> int:
        """Run the sweep and print the result; return the exit status."""
        start = time.monotonic()
        try:
            done = run_sweep()
        finally:
            self.progress.close()
        assert self.sweep is not None
        seconds = time.monotonic() - start
        sys.stderr.flush()
        has_best = _report.report(self.repo, self.sweep, self.prepared, done=done, seconds=seconds)
        if done:
            return 0 if has_best else 1
        again = runner.resume_command(self.sweep, self.callbacks.engine_options)
        print_note(f"the sweep is not done; go on: {again}")
        number = self.stopper.number
        return 128 + number if number is not None else 1

    def _print_start(self, sweep: Sweep, initial: SweepState) -> None:
        """Print which sweep begins, before its first trial."""
        self.sweep = sweep
        name = f" {text.escape(sweep.name)}" if sweep.name else ""
        ended = len(initial.outcomes)
        event = f"continues, trials that ended: {ended:,}" if ended else "begins"
        print_note(f"sweep {short_id(sweep.id)}{name} {event}")
        self.progress.resumed(initial.outcomes)
