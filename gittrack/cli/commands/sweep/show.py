"""Show a sweep: the leaderboard, and what each param explains.

A SWEEP is an id, the beginning of an id or of its last 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import time

from gittrack import git
from gittrack.cli.commands import _page
from gittrack.cli.commands.sweep import _report, _search
from gittrack.cli.options import add_formats, check_exclusive, positive
from gittrack.cli.output import print_result
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.show.data import jsonable
from gittrack.show.terminal import sweeps, table
from gittrack.sweeping import find, prepare, workdir
from gittrack.sweeping.view import current_view

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep show``."""
    add = parser.add_argument
    add("sweep", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    add("-n", type=positive, metavar="N", help="the number of lines of the leaderboard (20)")
    add("--plot", metavar="FILE", help="draw the search into FILE.html or FILE.png")
    add("--html", metavar="FILE", help="write the sweep and its replay as a page, FILE.html")
    _page.add_with(parser, "--html")
    add("--fanova", action="store_true", help="importance by Optuna's fANOVA, not by ranks")
    add_formats(parser, "json", "csv")


def run(args: argparse.Namespace) -> int:
    """Print the leaderboard, or draw the pictures."""
    _check(args)
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    if args.html:
        fields = {"where": [f'sweep.id == "{sweep.id}"'], "archived": ["1"]}
        first = {"view": "sweep", "target": sweep.id}
        _page.write(repo, args.html, fields, args.parts, first)
        return 0
    current = current_view(repo, sweep, prepare.prepare_again(sweep))
    if args.plot:
        _search.draw(current, args.plot, forest=args.fanova)
    elif args.style == "json":
        weights = _search.weights(current, forest=args.fanova)
        importance = [weight._asdict() for weight in weights]
        print_result(jsonable.dump({**sweeps.jsonable(current), "importance": importance}))
    elif args.style == "csv":
        print_result(table.render(sweeps.leaderboard(current, args.n, exact=True), "csv"))
    else:
        board = "".join(_report.leaderboard(current, args.n or 20))
        explained = _search.lines(current, forest=args.fanova)
        running = sweeps.running_line(current, time.time())
        if current.state == "running":
            running += sweeps.hosts_line(workdir.hosts_of(repo.common_dir, sweep.id))
        head = sweeps.headline(current) + running + sweeps.cost_line(current)
        print_result(head + board + explained)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raise TrackError for options that do not go together."""
    json, csv = ("--json", args.style == "json"), ("--csv", args.style == "csv")
    plot, fanova, lines = ("--plot", args.plot), ("--fanova", args.fanova), ("-n", args.n)
    html = ("--html", args.html)
    check_exclusive("run one command for each", plot, html, json, csv)
    check_exclusive("the CSV has no importance; the JSON has: --json", csv, fanova)
    check_exclusive("leave -n out: the output has all trials", lines, plot)
    check_exclusive("leave -n out: the output has all trials", lines, json)
