"""Write a comparison to paste into a pull request: runs, changed params, metrics, changes of the code.

The other runs are compared with the first RUN.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.options import add_formats
from gittrack.cli.output import print_result
from gittrack.read.runs import compare, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.page import report


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track report``."""
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="the runs; the others are compared with the first"
    )
    add_formats(parser, "md")


def run(args: argparse.Namespace) -> int:
    """Print the report."""
    repo = git.find()
    records = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    stats = {run.id: compare.stat(repo, records[0], run) for run in records[1:]}
    print_result(report.page(compare.table(records), stats, args.style))
    return 0
