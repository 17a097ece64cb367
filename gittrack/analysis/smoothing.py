"""Series made fit to look at: smoothed, thinned, and as a line of little bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from gittrack.core.run import series

MAX_SERIES = 4 << 20  # bytes
_BARS = "▁▂▃▄▅▆▇█"


def smooth(values: Sequence[float], weight: float) -> list[float]:
    """Return the exponential moving average, corrected for its beginning at zero.

    As TensorBoard and W&B do it: ``m = weight * m + (1 - weight) * v``, divided by ``1 - weight ** n`` (the
    bias correction of Kingma and Ba, "Adam", 2015, section 3).  ``weight`` is at least 0 and below 1.
    What is not finite is kept as it is and does not count.
    """
    found, mean, count = [], 0.0, 0
    for value in values:
        if math.isfinite(value):
            mean = weight * mean + (1 - weight) * value
            count += 1
            found.append(mean / (1 - weight**count))
        else:
            found.append(value)
    return found


def thin(points: Sequence[tuple[float, float]], buckets: int) -> list[tuple[float, float]]:
    """Return at most two points a bucket, its smallest and its largest: no peak is lost."""
    if len(points) <= 2 * buckets:
        return list(points)
    found: list[tuple[float, float]] = []
    for number in range(buckets):
        start, end = (len(points) * edge // buckets for edge in (number, number + 1))
        part = points[start:end]
        ends = {min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])}
        found.extend(sorted(ends))
    return found


def sparklines(data: bytes | None) -> dict[str, str]:
    """Return {metric: sparkline} of a metrics.csv; nothing for one that is damaged or too long."""
    if not data or len(data) > MAX_SERIES:
        return {}
    values: dict[str, list[float]] = {}
    try:
        for _, name, value, _ in series.parse(series.text_lines(data)):
            values.setdefault(name, []).append(value)
    except ValueError:  # `doctor` tells; what else is shown of the run stands
        return {}
    return {name: sparkline(found) for name, found in values.items()}


def sparkline(values: Sequence[float], width: int = 16) -> str:
    """Return the course of a series as ``width`` little bars or fewer; empty for fewer than two values."""
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
