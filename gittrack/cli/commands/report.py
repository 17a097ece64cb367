"""Write a comparison to paste into a pull request: runs, changed params, metrics, changes of the code.

The other runs are compared with the first RUN.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _page
from gittrack.cli.options import add_formats, check_exclusive
from gittrack.cli.output import print_result
from gittrack.read.runs import compare, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.page import report


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track report``."""
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="the runs; the others are compared with the first"
    )
    parser.add_argument(
        "--html",
        metavar="FILE",
        help="write the comparison as a page, FILE.html, and print nothing",
    )
    _page.add_with(parser, "--html")
    add_formats(parser, "md")


def run(args: argparse.Namespace) -> int:
    """Print the report, or write it as a page."""
    repo = git.find()
    check_exclusive("write one of them", ("--html", args.html), ("--md", args.style == "md"))
    if args.html:
        raws = [resolve.resolve(repo, address) for address in args.runs]
        keys = list(dict.fromkeys(f"{raw.experiment}/{raw.id}" for raw in raws))
        first = {"view": "compare" if len(keys) > 1 else "runs", "selected": keys}
        _page.write(repo, args.html, {"run": keys}, args.parts, first)
        return 0
    records = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    stats = {run.id: compare.stat(repo, records[0], run) for run in records[1:]}
    print_result(report.page(compare.table(records), stats, args.style))
    return 0
