"""A chart of a metric in the terminal, of several runs; each has its own sign, so colour is not needed."""

from __future__ import annotations

import argparse
import os
import sys

from gittrack import git
from gittrack.analysis.smoothing import smooth
from gittrack.cli.output import paint, print_note, print_result
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.plot import Frame, Line, chart


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track plot``."""
    parser.add_argument("metric", metavar="METRIC")
    parser.add_argument("runs", nargs="*", default=["@"], metavar="RUN", help="the runs (@)")
    parser.add_argument(
        "--x", choices=("step", "time"), default="step", help="what runs to the right"
    )
    parser.add_argument("--log", action="store_true", help="a logarithmic scale")
    parser.add_argument(
        "--smooth", type=_weight, default=0.0, metavar="A", help="moving average, 0 to below 1"
    )


def run(args: argparse.Namespace) -> int:
    """Draw the chart.  Raises TrackError where none of the runs has the metric."""
    repo = git.find()
    records = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    having = [record for record in records if args.metric in record.metrics]
    if not having:
        known = sorted({name for record in records for name in record.metrics})
        hint = f"there are: {', '.join(known[:8])}" if known else "they have logged none"
        raise TrackError(
            f"none of these runs has the metric {args.metric!r}",
            did_you_mean(args.metric, known, hint),
        )
    for record in records:
        if record not in having:
            print_note(f"warning: {record.id} has no {text.escape(args.metric)} and is left out")
    lines = [_line(record, args) for record in having]
    print_result(chart(lines, _frame(args)))
    return 0


def _line(record: RunRecord, args: argparse.Namespace) -> Line:
    own = [point for point in record.points() if point[1] == args.metric]
    xs = [point[3] if args.x == "time" else point[0] for point in own]
    ys = smooth([point[2] for point in own], args.smooth)
    name = f" {record.name}" if record.name else ""
    return Line(short_id(record.id) + name, sorted(zip(xs, ys, strict=True), key=lambda p: p[0]))


def _frame(args: argparse.Namespace) -> Frame:
    terminal = sys.stdout.isatty()
    size = os.get_terminal_size(1) if terminal else os.terminal_size((80, 24))
    title = args.metric + (f", smoothed by {args.smooth:g}" if args.smooth else "")
    x = "seconds" if args.x == "time" else "step"
    colour = paint("x", "bold") != "x"
    return Frame(title, x, args.log, size.columns or 80, min(size.lines or 24, 30) - 2, colour)


def _weight(word: str) -> float:
    try:
        found = float(word)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 0 to below 1")
    return found
