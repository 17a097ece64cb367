"""Move runs to the trash.  Nothing is deleted: git track restore brings them back until git track gc."""

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
    """Move the runs, all of them or none."""
    repo = git.find()
    found = _runs.find(repo, args.runs)
    trash.remove(repo, found)
    print_result("".join(f"moved to the trash: {_runs.label(repo, raw)}\n" for raw in found))
    print_result(
        f"bring it back: git track restore {' '.join(short_id(raw.id) for raw in found)}\n"
    )
    return 0
