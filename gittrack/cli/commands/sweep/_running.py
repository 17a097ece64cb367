"""How trials are run, as options of a command line; and the process that runs a sweep to its end."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from gittrack import git
from gittrack.cli.commands.sweep import _report
from gittrack.cli.commands.sweep._progress import Progress, Stopper
from gittrack.cli.options import positive
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.reproduce import rerun_worktree
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import prepare, runner, state
from gittrack.sweeping.stored import Sweep


def add_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Declare the options that say how trials are run; return their group."""
    group = parser.add_argument_group("how to run it")
    add = group.add_argument
    add("-j", "--jobs", type=positive, metavar="N", help="so many trials at once (1)")
    add("--gpus", metavar="0,1", help="deal these GPUs out to the trials, one each")
    add("--isolate", action="store_true", help="each trial in a worktree of its own")
    return group


def settings(args: argparse.Namespace) -> runner.How:
    """Return what the options of `add_options` say.  Raises TrackError."""
    gpus = tuple(gpu.strip() for gpu in (args.gpus or "").split(",") if gpu.strip())
    if args.gpus is not None and not gpus:
        raise TrackError("--gpus names none", "write --gpus 0,1", code=2)
    return runner.How(args.jobs or max(1, len(gpus)), gpus, args.isolate)


def with_links(repo: git.Repo, how: runner.How) -> runner.How:
    """Return the settings with the paths that a worktree of a trial gets from the user's tree."""
    return how._replace(links=rerun_worktree.links(repo)) if how.isolate else how


class Session:
    """One process that runs a sweep: it prints the progress, and the result at the end."""

    def __init__(self, repo: git.Repo, opened: prepare.Opened) -> None:
        self.repo, self.opened = repo, opened
        self.sweep: Sweep | None = None
        self.stopper = Stopper()
        self.progress = Progress(opened.strategy, opened.plan.metric)
        self.talk = runner.Talk(self.progress, lambda: self.stopper.how, self._begun)

    def run(self, go: Callable[[], bool]) -> int:
        """Run the sweep and print how it ended; return the exit status."""
        began = time.monotonic()
        try:
            done = go()
        finally:
            self.progress.close()
        assert self.sweep is not None
        seconds = time.monotonic() - began
        sys.stderr.flush()
        has_best = _report.report(self.repo, self.sweep, self.opened, done=done, seconds=seconds)
        if done:
            return 0 if has_best else 1
        print_note(f"it is not done; go on: {runner.resume_command(self.sweep)}")
        number = self.stopper.number
        return 128 + number if number is not None else 1

    def _begun(self, sweep: Sweep, begun: state.State) -> None:
        """Print what begins; the first trial comes next."""
        self.sweep = sweep
        name = f" {text.escape(sweep.name)}" if sweep.name else ""
        known = f"goes on, ended by now: {len(begun.outcomes):,}" if begun.outcomes else "begins"
        print_note(f"sweep {short_id(sweep.id)}{name} {known}")
        self.progress.resumed(begun.outcomes)
