"""The curves of a page that is one file: thinned, and in 16 bits per number.

The data is the size of such a page, not its code: 100 runs with 8 metrics of 1,000 points each are 6 MB in
full, and 1.2 MB here.  The page says that curves are thinned; its tables are exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs.reader import Raw
from gittrack.read.series.decimals import Array
from gittrack.web import points
from gittrack.web.points import PointCache, RunPoints
from gittrack.web.views import runs, series

BUDGET = 350_000  # points in a file
_FEWEST, _MOST = 100, 2_000  # points of a curve
_KNOTS = 32  # of the clock of a run
_LEVELS = 65_535
_LONG = 64  # numbers; a shorter array is written as it is


def document(repo: git.Repo, raws: Sequence[Raw]) -> dict[str, Any]:
    """Return the document ``series`` of a file: all curves by step, and the clock of each run.

    A clock is the time at some steps, so that the page can draw over time too.
    """
    cache = PointCache()
    most = max(_FEWEST, min(_MOST, BUDGET // max(1, _count(repo, raws, cache))))
    window = series.Window("step", None, None, 10**9)  # all points
    entries: list[dict[str, Any]] = []
    clocks: dict[str, Any] = {}
    problems: list[dict[str, str]] = []
    for raw in raws:
        try:
            of_run = cache.read(repo, raw)
        except (TrackError, ValueError, FileNotFoundError) as error:
            problems.append({"run": runs.key(raw), "message": series.message(error)})
            continue
        for entry in series.of_run(repo, raw, of_run, (), window):
            x, y = reduced(entry["x"], entry["y"], most)
            thinned = len(y) < len(entry["y"])
            entries.append({**entry, "thinned": thinned, "x": quantised(x), "y": quantised(y)})
        clocks[runs.key(raw)] = _clock(of_run)
    return {
        "x": "step",
        "series": entries,
        "clocks": clocks,
        "tails": {},
        "problems": problems,
        "commands": [],
    }


def _count(repo: git.Repo, raws: Sequence[Raw], cache: PointCache) -> int:
    """Return how many curves the runs have, from the first few of them."""
    few = raws[:20]
    counts = []
    for raw in few:
        try:
            counts.append(len(cache.read(repo, raw).metrics))
        except (TrackError, ValueError, FileNotFoundError):
            continue
    return round(len(raws) * sum(counts) / max(1, len(counts)))


def reduced(x: Array, y: Array, most: int) -> tuple[Array, Array]:
    """Return at most ``most`` points of a curve: the smallest and the largest of each part of it.

    If the steps are regular, so are those that are returned, because they then take no room: a point is moved
    by less than a part.  The first and the last value stay.
    """
    if len(y) <= most:
        return x, y
    if not _is_regular(x):
        return points.thin(x, y, most // 4)  # twice the bytes for a point
    parts = most // 2
    starts = np.arange(parts) * len(y) // parts
    low, high = (extreme.reduceat(y, starts) for extreme in (np.minimum, np.maximum))
    middles = (starts + np.append(starts[1:], len(y))) // 2
    rising = y[middles] >= (low + high) / 2
    pairs = np.stack([np.where(rising, low, high), np.where(rising, high, low)], axis=1).ravel()
    pairs[0], pairs[-1] = y[0], y[-1]
    return np.linspace(x[0], x[-1], len(pairs)), pairs


def _is_regular(x: Array) -> bool:
    return len(x) > 1 and bool(np.allclose(np.diff(x), x[1] - x[0], rtol=1e-6, atol=0))


def quantised(numbers: Array) -> Any:
    """Return an array as a PACK with at most 16 bits per number."""
    exact = points.pack(numbers)
    if isinstance(exact, list) or exact["type"] == "range":
        return exact
    if _is_regular(numbers):
        step = (numbers[-1].item() - numbers[0].item()) / (len(numbers) - 1)
        return {"type": "range", "start": numbers[0].item(), "step": step, "n": len(numbers)}
    if len(numbers) <= _LONG:
        return [float(f"{number:.7g}") for number in numbers.tolist()]
    low, high = float(numbers.min()), float(numbers.max())
    span = high - low
    if not np.isfinite(span):  # two numbers that are further apart than a float can hold
        return exact
    levels = np.rint((numbers - low) / (span or 1.0) * _LEVELS).astype("<u2")
    return {"type": "i16", "lo": low, "hi": high, "data": levels.tobytes()}


def _clock(of_run: RunPoints) -> dict[str, list[float]]:
    """Return some steps of a run, and the seconds since its start at each of them."""
    longest = max(of_run.metrics.values(), key=lambda metric: len(metric.steps), default=None)
    if longest is None or not len(longest.steps):
        return {"steps": [], "seconds": []}
    steps, seconds = points.ordered(longest.steps, longest.times)
    chosen = np.unique(np.linspace(0, len(steps) - 1, _KNOTS).astype(int))
    return {
        "steps": [float(step) for step in steps[chosen]],
        "seconds": [round(float(second), 2) for second in seconds[chosen]],
    }
