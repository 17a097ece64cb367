"""Series for the eye: smoothed, thinned out, and as a line of small bars."""

from __future__ import annotations

import math
from itertools import pairwise

from gittrack.core.run import series
from gittrack.core.standard.collections import Sequence

MAX_SERIES = 4 << 20  # bytes
_BARS = "▁▂▃▄▅▆▇█"


class Smoother:
    """The exponential moving average of a series that comes in parts, corrected for its start at zero.

    Parameters
    ----------
    weight : float
        The weight of the past, at least 0 (no smoothing) and below 1.

    Notes
    -----
    The formula of TensorBoard and W&B: ``m = weight * m + (1 - weight) * v``, divided by ``1 - weight ** n``
    (the bias correction of Kingma and Ba, "Adam", 2015, section 3).
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._mean, self._count = 0.0, 0

    def smooth(self, values: Sequence[float]) -> list[float]:
        """Return the averages at the next values; NaN and infinities stay, and do not change the average."""
        averages, mean, count, weight = [], self._mean, self._count, self.weight
        for value in values:
            if math.isfinite(value):
                mean = weight * mean + (1 - weight) * value
                count += 1
                averages.append(mean / (1 - weight**count))
            else:
                averages.append(value)
        self._mean, self._count = mean, count
        return averages


def smooth(values: Sequence[float], weight: float) -> list[float]:
    """Return the averages of a whole series; see `Smoother`."""
    return Smoother(weight).smooth(values)


def thin(points: Sequence[tuple[float, float]], buckets: int) -> list[tuple[float, float]]:
    """Return at most two points per bucket, the smallest and the largest, so that no peak is lost."""
    if len(points) <= 2 * buckets:
        return list(points)
    extremes: list[tuple[float, float]] = []
    for number in range(buckets):
        start, end = (len(points) * edge // buckets for edge in (number, number + 1))
        part = points[start:end]
        pair = {min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])}
        extremes.extend(sorted(pair))
    return extremes


def sparklines(data: bytes | None) -> dict[str, str]:
    """Return {metric: sparkline} of a metrics.csv; empty if it is damaged or longer than ``MAX_SERIES``."""
    if not data or len(data) > MAX_SERIES:
        return {}
    values: dict[str, list[float]] = {}
    try:
        for _, name, value, _ in series.parse(series.text_lines(data)):
            values.setdefault(name, []).append(value)
    except ValueError:  # `doctor` reports the damage; the rest of the run is shown
        return {}
    return {name: sparkline(numbers) for name, numbers in values.items()}


def sparkline(values: Sequence[float], width: int = 16) -> str:
    """Return a series as at most ``width`` small bars; empty for fewer than two finite values."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    count = min(width, len(finite))
    edges = [len(finite) * edge // count for edge in range(count + 1)]
    means = [math.fsum(finite[a:b]) / (b - a) for a, b in pairwise(edges)]
    low, high = min(means), max(means)
    span = high - low
    if not math.isfinite(span) or span == 0:
        return _BARS[0] * count
    return "".join(_BARS[min(7, int((mean - low) / span * 8))] for mean in means)


def mean_curve(curves: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Return the mean of curves at each place that one of them has: of those that have it."""
    values: dict[float, list[float]] = {}
    for curve in curves:
        for x, y in curve:
            values.setdefault(x, []).append(y)
    return [(x, sum(values[x]) / len(values[x])) for x in sorted(values)]
