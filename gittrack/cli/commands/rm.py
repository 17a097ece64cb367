"""Move runs to the trash. Nothing is deleted: git track restore takes them back, until git track gc.

With --everywhere a run that leaked is removed from the remote too, for everybody and for ever.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.options import check_exclusive
from gittrack.cli.output import print_result
from gittrack.show.terminal.columns import short_id
from gittrack.tidy import trash


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track rm``."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="the runs")
    parser.add_argument(
        "--everywhere",
        action="store_true",
        help="also delete them on the remote; other clones drop them at their next pull",
    )
    parser.add_argument(
        "--remote", metavar="NAME", help="with --everywhere: the remote (track.remote, else origin)"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="with --everywhere: do not ask")
    parser.add_argument("--dry-run", action="store_true", help="print what would be removed")


def run(args: argparse.Namespace) -> int:
    """Move all of the runs, or none of them if there is an error."""
    repo = git.find()
    if args.everywhere:
        from gittrack.cli.commands import _everywhere  # noqa: PLC0415 - it reaches a remote

        return _everywhere.remove(repo, args)
    hint = "only a removal everywhere reaches a remote"
    check_exclusive(hint, ("--remote", args.remote), ("a removal here", True))
    runs = _runs.find(repo, args.runs)
    if args.dry_run:
        print_result("".join(f"would move to the trash: {_runs.label(repo, r)}\n" for r in runs))
        return 0
    trash.remove(repo, runs)
    print_result("".join(f"moved to the trash: {_runs.label(repo, raw)}\n" for raw in runs))
    print_result(
        f"take them back: git track restore {' '.join(short_id(raw.id) for raw in runs)}\n"
    )
    return 0
