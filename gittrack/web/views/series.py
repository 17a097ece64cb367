"""The points of runs for charts."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import from_iso
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs import reader
from gittrack.read.runs.live import Tail
from gittrack.read.runs.reader import Raw
from gittrack.read.series.decimals import Array
from gittrack.web.params import BadParameter, Params
from gittrack.web.points import PointCache, RunPoints, cut, means, ordered, pack, thin
from gittrack.web.series_file import Series
from gittrack.web.views import commands, runs
from gittrack.web.windows import Windows

MOST_RUNS = 200
MOST_POINTS = 1_000_000  # of one answer
_MANY = 100_000  # numbers; beyond it, 32 bits per value are enough for a screen
_MOST_MARKS = 100
_LEAD, _BLOCKS = 1_000, 50  # points before a range that smoothing needs, and their means


class Window(NamedTuple):
    """Which part of a series is drawn, and how wide."""

    x: str
    low: float | None
    high: float | None
    width: int
    log: bool = False  # whether x is logarithmic

    @classmethod
    def of(cls, params: Params) -> Window:
        """Return the window of the parameters of `series`.  Raises BadParameter."""
        width = max(1, params.whole("width", 600, 10_000))
        name, low, high = params.text("x") or "step", params.number("from"), params.number("to")
        return cls(name, low, high, width, params.flag("logX"))


def view(
    repo: git.Repo, params: Params, cache: PointCache, windows: Windows | None = None
) -> dict[str, Any]:
    """Return the document ``series``."""
    window, metrics = Window.of(params), params.many("metric")
    keys = params.many("run")
    if len(keys) > MOST_RUNS:
        raise BadParameter(
            f"{len(keys)} runs are too many for charts", f"select at most {MOST_RUNS}"
        )
    chosen = (windows or Windows()).select(repo, Params({"run": keys})).raws if keys else []
    entries: list[dict[str, Any]] = []
    tails: dict[str, str] = {}
    problems: list[dict[str, str]] = []
    room = MOST_POINTS
    for number, raw in enumerate(chosen):
        name = runs.key(raw)
        try:
            points = cache.read(repo, raw)
            added = _fitting(repo, raw, points, metrics, window, room // (len(chosen) - number))
        except (TrackError, ValueError, FileNotFoundError) as error:
            problems.append({"run": name, "message": message(error)})
            continue
        entries += added
        room -= sum(len(entry["y"]) for entry in added)
        if points.tail is not None:
            tails[name] = tail_text(points.tail)
    _pack_all(entries)
    return {
        "x": window.x,
        "series": entries,
        "tails": tails,
        "problems": problems,
        "commands": commands.series(keys, metrics),
    }


def _fitting(
    repo: git.Repo,
    raw: Raw,
    points: RunPoints,
    metrics: Sequence[str],
    window: Window,
    most: int,
) -> list[dict[str, Any]]:
    """Return the series of a run with about ``most`` points at most; many curves are thinned more."""
    count = sum(name in points.metrics for name in metrics) if metrics else len(points.metrics)
    width = min(window.width, most // max(1, 2 * count))
    if width < 1:
        raise ValueError(f"its {count:,} metrics are too many for one answer")
    return of_run(repo, raw, points, metrics, window._replace(width=width))


def tail_text(tail: Tail) -> str:
    """Return how far a live run was read, for the next request."""
    return f"{tail.size}-{tail.lines}"


def message(error: Exception) -> str:
    """Return why the points of a run cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "it has just ended"
    return error.message if isinstance(error, TrackError) else f"metrics.csv is damaged: {error}"


def of_run(
    repo: git.Repo, raw: Raw, points: RunPoints, metrics: Sequence[str], window: Window
) -> list[dict[str, Any]]:
    """Return the series of a run, with arrays that are not packed yet."""
    entries = []
    for name in metrics or points.metrics:
        metric = points.metrics.get(name)
        if metric is None:
            continue
        x, y = _axes(repo, raw, points, metric, window.x)
        entries.append({"run": runs.key(raw), "metric": name, **drawn(x, y, window)})
    return entries


def _axes(
    repo: git.Repo, raw: Raw, points: RunPoints, metric: Series, name: str
) -> tuple[Array, Array]:
    if name == "step":
        return ordered(metric.steps, metric.values)
    if name == "time":
        return ordered(metric.times, metric.values)
    if name == "wall":
        started = reader.decode(repo, raw).started
        zero = from_iso(started) if started else 0.0
        return ordered(metric.times + zero, metric.values)
    other = points.metrics.get(name)
    if other is None:
        return np.empty(0), np.empty(0)
    if _equal_increasing(other.steps, metric.steps):  # the usual case, for a fraction of the memory
        return ordered(other.values, metric.values)
    _, first, second = np.intersect1d(other.steps[::-1], metric.steps[::-1], return_indices=True)
    return ordered(other.values[::-1][first], metric.values[::-1][second])


def _equal_increasing(first: Array, second: Array) -> bool:
    """Return whether two metrics have the same steps, none of them twice."""
    return np.array_equal(first, second) and bool(np.all(first[1:] > first[:-1]))


def drawn(x: Array, y: Array, window: Window) -> dict[str, Any]:
    """Return the points of a window, the marks of those that are not finite, and what smoothing needs."""
    total = len(x)
    real = np.isfinite(x)  # a step of another tool may be anything
    x, y = _chosen(x, y, real)
    here, finite = cut(x, window.low, window.high), np.isfinite(y)
    lead = slice(max(0, here.start - 10 * _LEAD), here.start)
    earlier = y[lead][finite[lead]][-_LEAD:]
    part, x, y = finite[here], x[here], y[here]
    marks = [[float(at), _word(value)] for at, value in zip(x[~part], y[~part], strict=True)]
    x, y = _chosen(x, y, part)
    entry: dict[str, Any] = {"total": total, "marks": marks[:_MOST_MARKS]}
    entry["marks_total"] = len(marks)
    places = _logarithms(x) if window.log else x
    entry["x"], entry["y"] = thin(x, y, window.width, places)
    entry["thinned"] = len(entry["x"]) < len(x)
    if entry["thinned"]:
        entry["means"] = means(x, y, window.width, places)._asdict()
    if len(earlier):
        before = means(np.arange(float(len(earlier))), earlier, _BLOCKS)
        entry["before"] = {"y": before.y, "n": before.n}
    return entry


def _logarithms(x: Array) -> Array:
    """Return where sorted points are on a logarithmic axis; those up to 0 are at its beginning."""
    first = int(np.searchsorted(x, 0, "right"))
    if first == len(x) or np.isnan(x[first]):  # NaN comes last
        return x
    places: Array = np.maximum(x, x[first])
    np.log10(places, out=places)
    return places


def _chosen(x: Array, y: Array, which: Array) -> tuple[Array, Array]:
    """Return some of the points; all of them without a copy, because they may be many."""
    return (x, y) if which.all() else (x[which], y[which])


def _word(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _pack_all(entries: list[dict[str, Any]]) -> None:
    """Pack the arrays of all series."""
    single = sum(len(entry["y"]) for entry in entries) > _MANY
    for entry in entries:
        for part in (entry, entry.get("means"), entry.get("before")):
            for name in ("x", "y", "n"):
                if part and name in part:
                    part[name] = pack(part[name], single=single and name == "y")
