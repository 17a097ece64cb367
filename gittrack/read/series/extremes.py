"""The smallest and the largest value of each column of a chart, of points that come in parts."""

from __future__ import annotations

import math

import numpy as np

from gittrack.read.series.decimals import Array


class Extremes:
    """Points thinned to two in each of some columns of equal width, so that no peak is lost.

    Memory grows with the number of columns, not with the number of points, which may come in any order.

    Parameters
    ----------
    columns : int
        The least number of columns, if there are enough points; there are at most twice as many.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._x, self._y = np.empty(0), np.empty(0)
        self._origin = self._width = 0.0

    def add(self, x: Array, y: Array) -> None:
        """Add points, which must be finite."""
        if not len(x):
            return
        if not len(self._x):
            self._origin = float(x[0])
        x, y = np.append(self._x, x), np.append(self._y, y)
        span = float(x.max() - x.min())
        if span > 2 * self._columns * self._width:
            self._width = 2.0 ** math.ceil(math.log2(span / self._columns / 2))
        places = np.floor((x - self._origin) / self._width) if self._width else np.zeros(len(x))
        if (places[1:] < places[:-1]).any():
            order = np.argsort(places, kind="stable")
            x, y, places = x[order], y[order], places[order]
        chosen = _extremes(y, np.flatnonzero(np.diff(places, prepend=np.nan)))
        self._x, self._y = x[chosen], y[chosen]

    def points(self) -> list[tuple[float, float]]:
        """Return the points, in the order of x."""
        order = np.argsort(self._x, kind="stable")
        return list(zip(self._x[order].tolist(), self._y[order].tolist(), strict=True))


def _extremes(y: Array, starts: Array) -> Array:
    """Return where the smallest and the largest value of each group are; each group begins at a start."""
    counts = np.diff(np.append(starts, len(y)))
    places = []
    for extreme in (np.minimum, np.maximum):
        hits = np.flatnonzero(y == np.repeat(extreme.reduceat(y, starts), counts))
        places.append(hits[np.searchsorted(hits, starts)])
    return np.unique(np.concatenate(places))
