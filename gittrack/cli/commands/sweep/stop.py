"""Ask the process that runs a sweep to stop; `git track sweep resume` continues it later.

A sweep that meets on a git remote can be stopped from any clone. Its process sees that within 15 seconds.

A SWEEP is an id, the beginning of an id or of its last 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.core.errors import TrackError
from gittrack.engines import shared_repository
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
    is_busy = workdir.is_busy(repo.common_dir, sweep.id)
    if not is_busy and args.now and _end_workers(repo, sweep.id):
        print_result(f"asked the workers of sweep {short_id(sweep.id)} to end their trials\n")
        return 0
    if args.remote is not None or (not is_busy and remotes.names_of(repo)):
        _ask_on_remote(repo, sweep, request, args.remote)
        return 0
    workdir.ask_to_stop(repo.common_dir, sweep.id, request)
    print_result(f"asked sweep {short_id(sweep.id)} to stop: {_EFFECTS[request]}\n")
    return 0


_EFFECTS = {
    workdir.NOW: "its running trials are ended",
    workdir.FINISH: "its running trials may finish",
}


def _ask_on_remote(repo: git.Repo, sweep: Sweep, request: str, name: str | None) -> None:
    """Ask the process that runs a sweep in another clone.  Raises TrackError if there is none."""
    remote = joining.remote_of(repo, name)
    if not joining.ask_to_stop(repo, remote, sweep, request):
        raise TrackError(
            f"the sweep {sweep.id} is not running in this repository, and not on {remote.name}",
            f"look at it: git track sweep show {short_id(sweep.id)}",
        )
    effect = _EFFECTS[request]
    print_result(f"asked sweep {short_id(sweep.id)} to stop, on {remote.name}: {effect}\n")


def _end_workers(repo: git.Repo, sweep_id: str) -> bool:
    """Ask workers of a dead process to end their trials; return whether there may be any."""
    if not shared_repository.is_open(repo.common_dir, sweep_id):
        return False
    shared_repository.set_ending(repo.common_dir, sweep_id, ending=True)
    return True
