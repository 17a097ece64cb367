"""Metrics of several runs as a chart in the terminal, drawn by plotext; markers distinguish the runs."""

from __future__ import annotations

import math
from typing import NamedTuple

from gittrack.analysis.smoothing import thin
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.show.terminal import text

_MARKERS = "oxabcdefghijklmnpqrstuvwyz*+#@%&"
COLUMNS = 4  # that are told apart in a column of the terminal
_COLOURS = ("blue", "orange", "green", "red", "magenta", "cyan", "gray")


class Line(NamedTuple):
    """The series of one run: (x, y) pairs in their order; ``left_out`` were left out before."""

    label: str
    points: Sequence[tuple[float, float]]
    left_out: int = 0


class Frame(NamedTuple):
    """What surrounds the lines of a chart.

    Attributes
    ----------
    title, x : str
        The name of the metric, and the label of the x axis.
    log : bool
        Whether the y axis is logarithmic.
    width, height : int
        The size in columns and lines of the terminal.
    colour : bool
        Whether the lines have colours.
    braille : bool
        Whether lines are drawn with dots of braille, eight in a character; else with a sign for each run.
    """

    title: str
    x: str = "step"
    log: bool = False
    width: int = 80
    height: int = 24
    colour: bool = False
    braille: bool = False


def chart(lines: Sequence[Line], frame: Frame) -> str:
    """Return the chart as text.

    Points that are not finite, or not positive on a log scale, are left out; the last line counts them.

    Raises
    ------
    TrackError
        If plotext cannot draw the values on one scale.
    """
    import plotext  # noqa: PLC0415 - 50 ms that only a chart needs

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(max(frame.width, 30), max(frame.height, 8))
    plotext.title(text.escape(frame.title) + (" (log)" if frame.log else ""))
    plotext.xlabel(frame.x)
    left_out, drawn = 0, 0
    for number, line in enumerate(lines):
        good = [(x, y) for x, y in line.points if _fits(y, frame.log)]
        left_out += line.left_out + len(line.points) - len(good)
        if not good:
            continue
        drawn += 1
        points = thin(good, COLUMNS * frame.width)
        ys = [math.log10(y) if frame.log else y for _, y in points]
        options = {"color": _COLOURS[number % len(_COLOURS)]} if frame.colour else {}
        draw = plotext.plot if len(points) > 1 else plotext.scatter
        marker = "braille" if frame.braille else _MARKERS[number % len(_MARKERS)]
        label = text.shorten(text.escape(line.label), 40)
        draw([x for x, _ in points], ys, label=label, marker=marker, **options)
    if not drawn:
        return f"nothing to draw: no finite value of {text.escape(frame.title)}\n"
    if frame.log:
        _label_powers(plotext, lines)
    steps = _round_steps([x for line in lines for x, y in line.points if _fits(y, frame.log)])
    if frame.x == "step" and steps:
        plotext.xticks(steps, [str(step) for step in steps])
    try:
        coloured = plotext.build()
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise TrackError(
            f"these values cannot be drawn on one scale: {error}",
            "look at them: git track cat RUN metrics.csv",
        ) from error
    drawing = coloured if frame.colour else plotext.uncolorize(coloured)
    rows = "".join(f"{row.rstrip()}\n" for row in drawing.split("\n") if row.strip())
    remark = f"left out: {left_out} points that are not finite" if left_out else ""
    if left_out and frame.log:
        remark += " or not above zero"
    return rows + (f"{remark}\n" if remark else "")


def _fits(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def _round_steps(steps: Sequence[float]) -> list[int]:
    """Return round steps for an axis; empty if there are none between the first and the last one."""
    low, high = min(steps), max(steps)
    span = high - low
    power = 10 ** max(0, math.floor(math.log10(max(1.0, span / 5))))
    distance = next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= 8)
    return list(range(math.ceil(low / distance) * distance, math.floor(high) + 1, distance))


def _label_powers(plotext: object, lines: Sequence[Line]) -> None:
    """Label the ticks of a log scale with values instead of logarithms."""
    ys = [y for line in lines for _, y in line.points if _fits(y, True)]
    low, high = math.log10(min(ys)), math.log10(max(ys))
    positions = [low + (high - low) * part / 4 for part in range(5)] if high > low else [low]
    plotext.yticks(positions, [f"{10**position:.3g}" for position in positions])  # type: ignore[attr-defined]
