"""Move runs to the trash. Nothing is deleted: git track restore takes them back, until git track gc."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.output import print_result
from gittrack.show.terminal.columns import short_id
from gittrack.tidy import trash


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track rm``."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="the runs")


def run(args: argparse.Namespace) -> int:
    """Move all of the runs, or none of them if there is an error."""
    repo = git.find()
    runs = _runs.find(repo, args.runs)
    trash.remove(repo, runs)
    print_result("".join(f"moved to the trash: {_runs.label(repo, raw)}\n" for raw in runs))
    print_result(
        f"take them back: git track restore {' '.join(short_id(raw.id) for raw in runs)}\n"
    )
    return 0
