"""The points of runs as arrays: parsed once, cut to a range of x, and thinned per column of pixels."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Mapping
from gittrack.git.content import blob_parts
from gittrack.read.runs import live, reader
from gittrack.read.runs.live import Tail
from gittrack.read.runs.reader import Raw
from gittrack.read.series.decimals import Array
from gittrack.web.series_file import Series, parse

_MANY = 100  # points in a column of pixels; each is then looked at by itself
_SHORT = 32  # so many numbers are written as they are
_INT32 = 2**31 - 1
_STEP = 16 << 20  # bytes of a live journal that are read at once


class RunPoints(NamedTuple):
    """All points of a run by metric, and for a live run how far its journal was read."""

    metrics: Mapping[str, Series]
    tail: Tail | None = None

    @property
    def size(self) -> int:
        """The bytes of the arrays."""
        return sum(part.nbytes for metric in self.metrics.values() for part in metric)


class PointCache:
    """The points of runs that were asked for last, up to a number of bytes.  For several threads."""

    def __init__(self, limit: int = 256 << 20) -> None:
        self._limit, self._lock = limit, threading.Lock()
        self._reading = (
            threading.Lock()
        )  # one file at a time: two large ones would need twice the memory
        self._runs: OrderedDict[str, RunPoints] = OrderedDict()

    def read(self, repo: git.Repo, raw: Raw) -> RunPoints:
        """Return the points of a run; those of a live run are continued from where they were read.

        Raises ValueError for a line that is not a point, FileNotFoundError if a live run has just ended.
        """
        name = raw.commit or raw.snapshot or f"{raw.experiment}/{raw.id}"
        with self._reading:
            earlier = self._runs.get(name)
            if earlier is not None and (raw.commit or raw.snapshot):
                return earlier
            points = read(repo, raw, earlier)
        with self._lock:
            self._runs[name] = points
            self._runs.move_to_end(name)
            total = sum(points.size for points in self._runs.values())
            while total > self._limit and len(self._runs) > 1:
                total -= self._runs.popitem(last=False)[1].size
        return points


def read(repo: git.Repo, raw: Raw, earlier: RunPoints | None = None) -> RunPoints:
    """Return the points of a run; see `PointCache.read`."""
    commit = raw.commit or raw.snapshot
    if commit is not None:
        return RunPoints(_committed(repo, raw._replace(commit=commit)))
    folder = Path(layout.live_dir(repo.common_dir), raw.id)
    before = earlier if earlier is not None and earlier.tail is not None else RunPoints({}, Tail())
    while True:
        before_tail = before.tail or Tail()
        addition = live.points_after(folder, before_tail, _STEP)
        if addition is None:  # another journal: from the beginning
            before = RunPoints({}, Tail())
            addition = live.points_after(folder, Tail(), _STEP) or ([], Tail())
        lines, tail = addition
        data = "".join(lines).encode("utf-8", "surrogatepass")
        before = RunPoints(_joined(before.metrics, parse(data)), tail)
        if len(data) < _STEP // 2:
            return before


def _committed(repo: git.Repo, raw: Raw) -> dict[str, Series]:
    try:
        return parse(blob_parts(repo, f"{raw.commit}:{layout.SERIES}"))
    except git.GitError:
        return parse(reader.content(repo, raw, layout.SERIES) or b"")  # it says what is missing


def _joined(first: Mapping[str, Series], second: Mapping[str, Series]) -> dict[str, Series]:
    joined = dict(first)
    for name, more in second.items():
        earlier = joined.get(name)
        pairs = zip(earlier, more, strict=True) if earlier is not None else None
        joined[name] = Series(*(np.concatenate(pair) for pair in pairs)) if pairs else more
    return joined


def ordered(x: Array, y: Array) -> tuple[Array, Array]:
    """Return points in the order of x; equal x stay in the order of logging."""
    if len(x) < 2 or bool(np.all(x[1:] >= x[:-1])):
        return x, y
    order = np.argsort(x, kind="stable")
    return x[order], y[order]


def cut(x: Array, low: float | None, high: float | None) -> slice:
    """Return the range of sorted ``x`` from ``low`` to ``high``, with one more point at each end."""
    start = 0 if low is None else max(0, int(np.searchsorted(x, low, "left")) - 1)
    end = len(x) if high is None else min(len(x), int(np.searchsorted(x, high, "right")) + 1)
    return slice(start, max(start, end))


def thin(x: Array, y: Array, width: int, places: Array | None = None) -> tuple[Array, Array]:
    """Return the smallest and the largest point of each of ``width`` columns of equal width, in order.

    All points are returned if there are at most two per column.  The first and the last point stay.

    Parameters
    ----------
    x, y : array
        The points, finite and in the order of x.
    width : int
        The number of columns of pixels.
    places : array, optional
        Where the points are on the screen, such as their logarithms; by default at x.
    """
    if len(x) <= 2 * width:
        return x, y
    starts, counts = _columns(x if places is None else places, width)
    picks = [np.array([0, len(x) - 1])]
    if len(x) > _MANY * width:
        parts = [
            (start, y[start : start + count]) for start, count in zip(starts, counts, strict=True)
        ]
        picks += [np.array([start + part.argmin(), start + part.argmax()]) for start, part in parts]
    else:
        for extreme in (np.minimum, np.maximum):
            hits = np.flatnonzero(y == np.repeat(extreme.reduceat(y, starts), counts))
            picks.append(hits[np.searchsorted(hits, starts)])
    chosen = np.unique(np.concatenate(picks))
    return x[chosen], y[chosen]


class Means(NamedTuple):
    """The means of the points in columns of pixels."""

    x: Array
    """The place of the last point of each column."""
    y: Array
    n: Array
    """How many points each is the mean of."""


def means(x: Array, y: Array, width: int, places: Array | None = None) -> Means:
    """Return the mean of each of ``width`` columns of equal width that has points.

    The extremes that `thin` keeps say what a curve looks like, but not what its average is.

    Parameters
    ----------
    x, y : array
        The points, finite and in the order of x; at least one.
    width : int
        The number of columns of pixels.
    places : array, optional
        As for `thin`.
    """
    starts, counts = _columns(x if places is None else places, width)
    low, high = (extreme.reduceat(y, starts) for extreme in (np.minimum, np.maximum))
    if max(high.max(), -low.min()) < np.finfo(float).max / len(y):
        averages = np.add.reduceat(y, starts) / counts
    else:  # a sum of large numbers is infinite
        scale = np.ldexp(1.0, np.frexp(np.maximum(high, -low))[1] - 1)
        averages = np.add.reduceat(y / np.repeat(scale, counts), starts) / counts * scale
    ends = starts + counts - 1
    same = low == high
    return Means(x[ends], np.where(same, y[ends], averages), counts)


def _columns(x: Array, width: int) -> tuple[Array, Array]:
    """Return where each column of pixels that has points begins, and how many points it has."""
    step = x[-1] / width - x[0] / width  # a difference of large numbers may be infinite
    edges = x[0] + step * np.arange(1, width)
    starts = np.unique(np.append(0, np.searchsorted(x, edges)))
    starts = starts[starts < len(x)]
    return starts, np.diff(np.append(starts, len(x)))


def pack(numbers: Array, *, single: bool = False) -> Any:
    """Return an array as a PACK of docs/design/web.md: no number changes, except if ``single`` is true.

    Parameters
    ----------
    numbers : array
        Finite numbers.
    single : bool
        Whether 32 bits per number are enough, because there are many.
    """
    count = len(numbers)
    if count <= _SHORT:
        return [int(n) if n == int(n) and abs(n) < 2**53 else n for n in numbers.tolist()]
    steps = np.diff(numbers)
    if bool(np.all(steps == steps[0])):
        return {"type": "range", "start": numbers[0].item(), "step": steps[0].item(), "n": count}
    if bool(np.all((numbers == np.rint(numbers)) & (np.abs(numbers) <= _INT32))):
        return _packed("i32", numbers.astype("<i4"))
    return (
        _packed("f32", numbers.astype("<f4")) if single else _packed("f64", numbers.astype("<f8"))
    )


def _packed(kind: str, numbers: Array) -> dict[str, Any]:
    return {"type": kind, "data": numbers.tobytes()}
