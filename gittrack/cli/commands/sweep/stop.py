"""Ask the process that runs a sweep to stop; `git track sweep resume` continues it later.

A sweep that meets on a git remote can be stopped from any clone. Its process sees that within 15 seconds.

A SWEEP is an id, the beginning of an id or of its last 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.engines import shared_repository
from gittrack.engines.backends import slurm_orphans
from gittrack.engines.remote import joining
from gittrack.share import remotes
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import workdir
from gittrack.sweeping.stored import Sweep


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep stop``."""
    parser.add_argument("sweep", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    parser.add_argument("--now", action="store_true", help="also end the running trials")
    parser.add_argument("--remote", metavar="R", help="ask on this git remote (that of runs)")


def run(args: argparse.Namespace) -> int:
    """Ask, and return without waiting."""
    repo = git.find()
    request = workdir.NOW if args.now else workdir.FINISH
    sweep = joining.find_sweep(repo, args.sweep, args.remote)
    if args.remote is None and workdir.is_busy(repo.common_dir, sweep.id):
        workdir.ask_to_stop(repo.common_dir, sweep.id, request)
        print_result(f"asked sweep {short_id(sweep.id)} to stop: {_EFFECTS[request]}\n")
        return 0
    lines = [] if args.remote is not None else _end_orphans(repo, sweep, request)
    remote = args.remote or shared_repository.remote_of(repo.common_dir, sweep.id) or None
    on_remote = ""
    if remote is not None or (not lines and remotes.names_of(repo)):
        meeting = joining.remote_of(repo, remote)
        lines += _ask_on_remote(repo, sweep, request, meeting)
        on_remote = f", and not on {meeting.name}"
    if not lines:
        raise TrackError(
            f"the sweep {sweep.id} is not running in this repository{on_remote}",
            f"look at it: git track sweep show {short_id(sweep.id)}",
        )
    print_result("".join(f"{line}\n" for line in lines))
    return 0


_EFFECTS = {
    workdir.NOW: "its running trials are ended",
    workdir.FINISH: "its running trials may finish",
}


def _end_orphans(repo: git.Repo, sweep: Sweep, request: str) -> list[str]:
    """Ask workers and jobs that a dead process left to end; return what was done."""
    common_dir, lines = repo.common_dir, []
    if not shared_repository.is_open(common_dir, sweep.id):
        return []
    if request == workdir.NOW:
        shared_repository.set_ending(common_dir, sweep.id, ending=True)
        lines.append(f"asked the workers of sweep {short_id(sweep.id)} to end their trials")
    cancelled = slurm_orphans.cancel_waiting(Path(layout.sweep_dir(common_dir, sweep.id)))
    if cancelled:
        lines.append(f"took {cancelled} of its jobs out of the queue")
    return lines


def _ask_on_remote(
    repo: git.Repo, sweep: Sweep, request: str, remote: joining.MeetingRemote
) -> list[str]:
    """Ask the process that runs a sweep in another clone, and its workers; return what was done."""
    if not joining.ask_to_stop(repo, remote, sweep, request):
        return []
    effect = _EFFECTS[request]
    return [f"asked sweep {short_id(sweep.id)} to stop, on {remote.name}: {effect}"]
