"""Leave runs out of listings and leaderboards; they stay where they are, and addresses find them."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.output import print_result
from gittrack.record import annotate


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track archive``."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="the runs")
    parser.add_argument("--undo", action="store_true", help="take them into listings again")


def run(args: argparse.Namespace) -> int:
    """Archive the runs."""
    repo = git.find()
    found = _runs.find(repo, args.runs)
    annotate.archive(repo, [_runs.target(raw) for raw in found], archived=not args.undo)
    told = "listed again" if args.undo else "archived"
    print_result("".join(f"{told} {_runs.called(repo, raw)}\n" for raw in found))
    if not args.undo:
        print_result("listings show them with --archived; undo it: git track archive --undo RUN\n")
    return 0
