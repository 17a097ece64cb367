"""Ask the process that runs a sweep to stop; `git track sweep resume` continues it later.

A SWEEP is an id, the beginning of an id or of its last 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.engines import shared_repository
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import find, workdir


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep stop``."""
    parser.add_argument("sweep", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    parser.add_argument("--now", action="store_true", help="also end the running trials")


def run(args: argparse.Namespace) -> int:
    """Ask, and return without waiting."""
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    if not workdir.is_busy(repo.common_dir, sweep.id) and args.now and _end_workers(repo, sweep.id):
        print_result(f"asked the workers of sweep {short_id(sweep.id)} to end their trials\n")
        return 0
    workdir.ask_to_stop(repo.common_dir, sweep.id, workdir.NOW if args.now else workdir.FINISH)
    effect = "its running trials are ended" if args.now else "its running trials may finish"
    print_result(f"asked sweep {short_id(sweep.id)} to stop: {effect}\n")
    return 0


def _end_workers(repo: git.Repo, sweep_id: str) -> bool:
    """Ask workers of a dead process to end their trials; return whether there may be any."""
    if not shared_repository.is_open(repo.common_dir, sweep_id):
        return False
    shared_repository.set_ending(repo.common_dir, sweep_id, ending=True)
    return True
