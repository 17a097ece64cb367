"""Draw a chart of a metric of one or more runs in the terminal.

On a terminal lines are drawn with braille; without colours each run has its own sign.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from gittrack import git
from gittrack.analysis.smoothing import smooth
from gittrack.cli.output import paint, print_note, print_result
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import series
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord, damage_named
from gittrack.show.terminal import columns, text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.plot import COLUMNS, Frame, Line, chart


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track plot``."""
    parser.add_argument("metric", metavar="METRIC", help="the metric")
    parser.add_argument(
        "runs", nargs="*", default=["@"], metavar="RUN", help="the runs (default: @, the latest)"
    )
    parser.add_argument(
        "--x", choices=("step", "time"), default="step", help="the horizontal axis (step)"
    )
    parser.add_argument("--log", action="store_true", help="use a logarithmic vertical axis")
    parser.add_argument(
        "--smooth",
        type=_weight,
        default=0.0,
        metavar="A",
        help="weight of an exponential moving average, from 0 (default) to below 1",
    )


def run(args: argparse.Namespace) -> int:
    """Draw the chart. Raises TrackError if no run has the metric."""
    repo = git.find()
    records = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    plotted = [record for record in records if args.metric in record.metrics]
    if not plotted:
        logged = sorted({name for record in records for name in record.metrics})
        hint = f"there are: {', '.join(logged[:8])}" if logged else "these runs have no metrics"
        raise TrackError(
            f"none of these runs has the metric {args.metric!r}",
            did_you_mean(args.metric, logged, hint),
        )
    for record in records:
        if record not in plotted:
            print_note(
                f"warning: {record.id} has no metric {text.escape(args.metric)} and is left out"
            )
    frame = _frame(args)
    print_result(chart([_line(record, args, frame.width) for record in plotted], frame))
    return 0


def _line(record: RunRecord, args: argparse.Namespace, width: int) -> Line:
    name = f" {record.name}" if record.name else ""
    if "seen" in record.info.more:
        name += f" ({columns.status_text(record.info, time.time())})"
    label = short_id(record.id) + name
    data, is_all = series.beginning(record.series())
    if not is_all:
        from gittrack.read.series import curve  # noqa: PLC0415 - with NumPy, which few points do not need

        view = curve.ChartView(args.x == "time", args.log, args.smooth, COLUMNS * width)
        with damage_named(record):
            return Line(label, *curve.thinned(record.series(), args.metric, view))
    with damage_named(record):
        rows = list(series.parse(series.text_lines(data)))
    points = [point for point in rows if point[1] == args.metric]
    xs = [point[3] if args.x == "time" else point[0] for point in points]
    ys = smooth([point[2] for point in points], args.smooth)
    return Line(label, sorted(zip(xs, ys, strict=True), key=lambda p: p[0]))


def _frame(args: argparse.Namespace) -> Frame:
    terminal = sys.stdout.isatty()
    size = os.get_terminal_size(1) if terminal else os.terminal_size((80, 24))
    title = args.metric + (f", smoothed by {args.smooth:g}" if args.smooth else "")
    x = "seconds" if args.x == "time" else "step"
    colour = paint("x", "bold") != "x"
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    # Without colours, only signs tell several runs apart.
    braille = terminal and encoding == "utf8" and (colour or len(args.runs) == 1)
    height = min(size.lines or 24, 30) - 2
    return Frame(title, x, args.log, size.columns or 80, height, colour, braille)


def _weight(word: str) -> float:
    try:
        weight = float(word)
    except ValueError:
        weight = -1.0
    if not 0 <= weight < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 0 to below 1")
    return weight
