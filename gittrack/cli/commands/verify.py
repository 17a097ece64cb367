"""Say whether recorded runs are the same: every point of every metric, and every artifact.

The verdict is EXACT, CLOSE (within tolerance) or DIFFERENT; UNKNOWN where they have nothing to compare,
FAILED where a run did not finish.  Others than the first RUN are each compared with it.  The exit status is 0
where all are as good as --verify asks, else 3.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _verdict
from gittrack.cli.options import add_formats
from gittrack.cli.output import print_result
from gittrack.core.errors import TrackError
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import evidence
from gittrack.show.data import jsonable
from gittrack.show.terminal import verdicts
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track verify``."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="two or more")
    _verdict.arguments(parser)
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Print a verdict for each pair."""
    if len(args.runs) < 2:
        raise TrackError("one run alone cannot be compared", "name another one, such as @", code=2)
    repo = git.find()
    records = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    asked = _verdict.demands(repo, args)
    first, found, told = records[0], [], []
    for other in records[1:]:
        one = evidence.judge(
            first, other, rtol=asked.rtol, atol=asked.atol, volatile=asked.volatile
        )
        why = evidence.reasons(repo, first, other) if one.may_have_reasons else []
        found.append(one)
        told.append(verdicts.jsonable(one, first.id, other.id, why))
        if args.style != "json":
            pair = f"{short_id(first.id)} and {short_id(other.id)}" if len(records) > 2 else ""
            print_result(verdicts.page(one, why, pair))
    if args.style == "json":
        print_result(jsonable.dump(told[0] if len(told) == 1 else told))
    return 0 if _verdict.worst(found).meets(asked.level) else _verdict.UNMET
