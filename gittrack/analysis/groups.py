"""Runs that are equal in all params but a few, taken together: mean, deviation, and whether that is noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, stdev
from typing import Any, NamedTuple

from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.core.scalars import flow_text

_RESAMPLES = 10_000


class Group(NamedTuple):
    """Runs that differ only in the params they are taken over; ``params`` are those that they share.

    ``reruns`` counts those that reproduce another of the group: no further samples, they are left out.
    ``repeated`` says whether some of the runs are equal in what they are taken over, too.
    """

    params: dict[str, Any]
    runs: tuple[RunInfo, ...]
    values: tuple[float, ...]
    reruns: int = 0
    repeated: bool = False

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return fmean(self.values)

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation (n - 1); None for a single run."""
        return stdev(self.values) if len(self.values) > 1 else None

    @property
    def codes(self) -> int:
        """How many code states the runs were made with."""
        return len({run.code.state for run in self.runs})


class Comparison(NamedTuple):
    """The difference of two means, and the interval that holds it with 95 % confidence."""

    difference: float
    low: float
    high: float

    @property
    def more_than_noise(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def grouped(
    runs: Sequence[RunInfo],
    over: Sequence[str],
    value: Callable[[RunInfo], Any],
    *,
    smallest: bool = False,
) -> list[Group]:
    """Return the groups, the best mean first; runs whose value is no finite number are left out."""
    found: dict[str, list[tuple[RunInfo, float]]] = {}
    shared: dict[str, dict[str, Any]] = {}
    for run in runs:
        number = value(run)
        if not isinstance(number, (int, float)) or not math.isfinite(number):
            continue
        flat = commit_message.dotted(run.params)
        rest = {name: flat[name] for name in flat if name not in over}
        key = flow_text(rest)
        shared[key] = rest
        found.setdefault(key, []).append((run, float(number)))
    made = [_group(shared[key], pairs, over) for key, pairs in found.items()]
    return sorted(made, key=lambda group: group.mean, reverse=not smallest)


def _group(
    shared: dict[str, Any], pairs: Sequence[tuple[RunInfo, float]], over: Sequence[str]
) -> Group:
    ids = {run.id for run, _ in pairs}
    own = [(run, number) for run, number in pairs if run.reproduces not in ids]
    places = [flow_text([run.code.state, *_taken_over(run, over)]) for run, _ in own]
    return Group(
        shared,
        tuple(run for run, _ in own),
        tuple(number for _, number in own),
        len(pairs) - len(own),
        len(set(places)) < len(places),
    )


def _taken_over(run: RunInfo, over: Sequence[str]) -> list[Any]:
    flat = commit_message.dotted({"seed": run.seed, **run.params})
    return [flat.get(name) for name in over]


def compared(a: Group, b: Group) -> Comparison | None:
    """Return the difference of the means of ``a`` and ``b`` with its bootstrap interval.

    The percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13):
    both groups are resampled with replacement 10,000 times, always with the same random numbers, and the
    interval goes from the 2.5th to the 97.5th percentile of the differences.  None for a single run.
    """
    if len(a.values) < 2 or len(b.values) < 2:
        return None
    import numpy as np  # noqa: PLC0415 - 100 ms that a plain leaderboard has no use for

    random = np.random.default_rng(0)
    means = [
        random.choice(np.array(group.values), (_RESAMPLES, len(group.values))).mean(axis=1)
        for group in (a, b)
    ]
    low, high = np.percentile(means[0] - means[1], [2.5, 97.5])
    return Comparison(a.mean - b.mean, float(low), float(high))
