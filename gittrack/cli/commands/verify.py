"""Compare recorded runs: every point of every metric, and every artifact.

Each run is compared with the first RUN. The verdict is EXACT, CLOSE (within the tolerances), DIFFERENT,
UNKNOWN (the runs have nothing to compare), or FAILED (a run did not finish). The exit status is 0 if all
verdicts are at least as good as --verify requires, else 3. With --why the second run is run again, with one
difference at a time put back as it was in the first, until the cause is proved.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.analysis import verdict
from gittrack.cli.commands import _consent, _verdict, _why
from gittrack.cli.options import add_formats
from gittrack.cli.output import print_result
from gittrack.core.errors import TrackError
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce.causes import reason, reasons
from gittrack.show.data import jsonable
from gittrack.show.terminal import verdicts
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track verify``."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="two runs, or more")
    _verdict.arguments(parser)
    _why.arguments(parser)
    _consent.arguments(parser)
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Print a verdict for each pair; return 3 if one is worse than --verify requires."""
    if len(args.runs) < 2:
        raise TrackError("verify needs at least two runs", "name another run, such as @", code=2)
    _why.check(args)
    if args.why and len(args.runs) > 2:
        raise TrackError("--why compares two runs", "leave out the others", code=2)
    repo = git.find()
    first, *others = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    required = _verdict.demands(repo, args)
    if args.why:
        for executed in (first, *others):
            _consent.check(repo, executed, args.trust, required.links)
    judgements, items = [], []
    for other in others:
        judgement = _verdict.judge(first, other, required)
        rows = reasons.reasons(repo, first, other)
        why = reason.lines(rows) if judgement.may_have_reasons else []
        judgements.append(judgement)
        items.append(verdicts.jsonable(judgement, first.id, other.id, why))
        if args.style != "json":
            pair = f"{short_id(first.id)} and {short_id(other.id)}" if len(others) > 1 else ""
            exceptions = reason.although(rows) if judgement.level == verdict.EXACT else []
            more = "\n".join([*exceptions, *([pair] if pair else [])])
            print_result(verdicts.page(judgement, why, more))
    if args.style == "json":
        print_result(jsonable.dump(items[0] if len(items) == 1 else items))
    if args.why:
        _why.run(repo, (first, others[0]), others[0], judgements[0], args, required)
    return 0 if _verdict.worst(judgements).meets(required.level) else _verdict.UNMET
