"""Show how a sweep stands: the leaderboard, and what each parameter explains.

A SWEEP is an id, the beginning of an id or of its last 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands.sweep import _report, _search
from gittrack.cli.options import add_formats, check_exclusive, positive
from gittrack.cli.output import print_result
from gittrack.show.data import jsonable
from gittrack.show.terminal import sweeps, table
from gittrack.sweeping import find, prepare


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep show``."""
    add = parser.add_argument
    add("sweep", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    add("-n", type=positive, metavar="N", help="so many lines of the leaderboard (20)")
    add("--plot", metavar="FILE", help="draw the search into FILE.html or FILE.png")
    add("--fanova", action="store_true", help="importance by Optuna's fANOVA, not by ranks")
    add_formats(parser, "json", "csv")


def run(args: argparse.Namespace) -> int:
    """Print the leaderboard, or draw the pictures."""
    _check(args)
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    shown = _report.seen(repo, sweep, prepare.reopened(sweep))
    if args.plot:
        _search.draw(shown, args.plot, forest=args.fanova)
    elif args.style == "json":
        weights = _search.weights(shown, forest=args.fanova)
        importance = [weight._asdict() for weight in weights]
        print_result(jsonable.dump({**sweeps.jsonable(shown), "importance": importance}))
    elif args.style == "csv":
        print_result(table.render(sweeps.leaderboard(shown, args.n, exact=True), "csv"))
    else:
        board = "".join(_report.leaderboard(shown, args.n or 20))
        explained = _search.lines(shown, forest=args.fanova)
        print_result(sweeps.headline(shown) + sweeps.running_line(shown) + board + explained)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raise TrackError for options that do not go together."""
    json, csv = ("--json", args.style == "json"), ("--csv", args.style == "csv")
    plot, fanova, lines = ("--plot", args.plot), ("--fanova", args.fanova), ("-n", args.n)
    check_exclusive("ask for one after the other", plot, json, csv)
    check_exclusive("the CSV has no importance; the JSON has: --json", csv, fanova)
    check_exclusive("leave -n out: it is of all trials", lines, plot)
    check_exclusive("leave -n out: it is of all trials", lines, json)
