"""The curve of one metric for a chart: all points if there are few, otherwise the extremes of each column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gittrack.analysis.smoothing import Smoother
from gittrack.core.standard.collections import Iterable
from gittrack.read.series.blocks import PointColumns, blocks
from gittrack.read.series.extremes import Extremes

_MOST = 1e300  # a larger x leaves no room for the width of a chart


class ChartView(NamedTuple):
    """How a chart shows a metric.

    Attributes
    ----------
    by_time : bool
        Whether x is the time, otherwise it is the step.
    log : bool
        Whether y is logarithmic.
    weight : float
        The weight of the past in a moving average; 0: no smoothing.
    columns : int
        The number of columns of the chart.
    """

    by_time: bool
    log: bool
    weight: float
    columns: int


def thinned(
    parts: Iterable[bytes], metric: str, view: ChartView
) -> tuple[list[tuple[float, float]], int]:
    """Return the points of a metric in the order of x, and how many cannot be drawn.

    Memory grows with the columns, not with the points.

    Parameters
    ----------
    parts : iterable of bytes
        The content of a metrics.csv.
    metric : str
        The metric.
    view : ChartView
        How it is shown.

    Raises
    ------
    ValueError
        If a line is not a point.
    """
    extremes, smoother = Extremes(view.columns), Smoother(view.weight)
    left_out = 0
    for block in blocks(parts):
        points = block.get(metric, PointColumns([], [], []))
        x = np.asarray(points.times if view.by_time else points.steps, np.float64)
        y = np.asarray(points.values, np.float64)
        if view.weight:
            y = np.array(smoother.smooth(y.tolist()))
        fits = np.isfinite(y) & (np.abs(x) < _MOST) & ((y > 0) | (not view.log))
        extremes.add(x[fits], y[fits])
        left_out += int(np.count_nonzero(~fits))
    return extremes.points(), left_out
