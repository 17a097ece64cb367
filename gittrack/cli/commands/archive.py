"""Hide runs from listings and leaderboards. Nothing is removed, and every address still works."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.output import print_result
from gittrack.record import annotate


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track archive``."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="the runs")
    parser.add_argument("--undo", action="store_true", help="show the runs in listings again")


def run(args: argparse.Namespace) -> int:
    """Archive the runs."""
    repo = git.find()
    runs = _runs.find(repo, args.runs)
    annotate.archive(repo, [_runs.target(raw) for raw in runs], archived=not args.undo)
    change = "listed again" if args.undo else "archived"
    print_result("".join(f"{change} {_runs.label(repo, raw)}\n" for raw in runs))
    if not args.undo:
        print_result("listings show them with --archived; undo: git track archive --undo RUN\n")
    return 0
