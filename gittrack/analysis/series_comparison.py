"""The differences of the series of two runs, whose points may come in parts."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from gittrack.core.standard.collections import Mapping, Sequence

Series = Mapping[
    str, Sequence[tuple[float, float]]
]  # metric -> (step, value) in the order of logging
Numbers = Any  # a list of numbers, or an array of NumPy, which this module does not import


class Divergence(NamedTuple):
    """The first difference of a metric, and the largest; ``step`` is None if only one run has the metric."""

    metric: str
    step: float | None
    a: float | None
    b: float | None
    largest: float


class SeriesComparison:
    """Compares points of the same place; memory grows with the points that only one run has so far.

    Parameters
    ----------
    rtol, atol : float
        The relative and the absolute tolerance of close values, see `gittrack.analysis.verdict`.
    """

    def __init__(self, rtol: float, atol: float) -> None:
        self._rtol, self._atol = rtol, atol
        self._metrics: dict[str, _MetricComparison] = {}

    def add(self, side: int, metric: str, steps: Numbers, values: Numbers) -> None:
        """Add the next points of a metric of the first run (``side`` 0) or of the second one (1)."""
        compared = self._metrics.get(metric)
        if compared is None:
            compared = self._metrics[metric] = _MetricComparison(metric, self._rtol, self._atol)
        compared.add(side, steps, values)

    def add_final(self, side: int, metric: str, value: float) -> None:
        """Add a final value as a point at the end, if the last point has another value."""
        compared = self._metrics.get(metric)
        last = None if compared is None else compared.last[side]
        if last is None or not same_bits(float(last), float(value)):
            self.add(side, metric, [math.inf], [value])

    def results(self) -> dict[str, tuple[Divergence | None, bool]]:
        """Return {metric: (its divergence if there is one, whether its series are close)}, by name."""
        return {name: self._metrics[name].result() for name in sorted(self._metrics)}

    def points(self, metric: str) -> int:
        """Return how many points of a metric the first run has."""
        return self._metrics[metric].counts[0]


class _MetricComparison:
    """The comparison of one metric."""

    def __init__(self, metric: str, rtol: float, atol: float) -> None:
        self._metric, self._rtol, self._atol = metric, rtol, atol
        self._first: Divergence | None = None
        self._largest, self._close = 0.0, True
        self._present = [False, False]
        self._waiting: tuple[list[tuple[Numbers, Numbers]], ...] = ([], [])
        self.counts = [0, 0]
        self.last: list[float | None] = [None, None]

    def add(self, side: int, steps: Numbers, values: Numbers) -> None:
        self._present[side] = True
        if not len(values):
            return
        self.counts[side] += len(values)
        self.last[side] = values[-1]
        self._waiting[side].append((steps, values))
        a, b = self._waiting
        while a and b:
            count = min(len(a[0][0]), len(b[0][0]))
            self._compare(*(tuple(c[:count] for c in parts[0]) for parts in (a, b)))
            for parts in (a, b):
                rest = tuple(column[count:] for column in parts[0])
                parts[:1] = [(rest[0], rest[1])] if len(rest[0]) else []

    def _compare(self, a: Sequence[Numbers], b: Sequence[Numbers]) -> None:
        if all(map(_same_bytes, a, b)):
            return
        rows = zip(*map(_listed, (*a, *b)), strict=True)
        for step, x, other_step, y in rows:
            if same_bits(step, other_step) and same_bits(x, y):
                continue
            gap = abs(x - y) if same_bits(step, other_step) else math.inf
            self._largest = max(self._largest, gap if gap == gap else math.inf)
            is_close = math.isfinite(gap) and gap <= self._atol + self._rtol * abs(y)
            self._close = self._close and is_close
            self._first = self._first or Divergence(self._metric, step, x, y, 0.0)

    def result(self) -> tuple[Divergence | None, bool]:
        """Return the divergence, or None, and whether the series are close; nothing more may be added."""
        if not all(self._present):
            return Divergence(self._metric, None, None, None, math.inf), False
        for side, parts in enumerate(self._waiting):
            if parts:  # this run has more points
                (step, value), *_ = zip(*map(_listed, parts[0]), strict=True)
                x, y = (value, None) if side == 0 else (None, value)
                self._first = self._first or Divergence(self._metric, step, x, y, 0.0)
                self._largest, self._close = math.inf, False
        if self._first is None:
            return None, True
        return self._first._replace(largest=self._largest), self._close


def _same_bytes(a: Numbers, b: Numbers) -> bool:
    """Return whether two arrays have the same type and bytes; lists are compared by `same_bits`."""
    if isinstance(a, list) or isinstance(b, list) or a.dtype != b.dtype:
        return False
    return bool(a.tobytes() == b.tobytes())


def _listed(numbers: Numbers) -> list[float]:
    return numbers if isinstance(numbers, list) else list(numbers.tolist())


def same_bits(x: float, y: float) -> bool:
    """Return whether two numbers are the same value: NaN equals NaN, and -0.0 differs from 0.0."""
    if x != x or y != y:
        return x != x and y != y
    return x == y and math.copysign(1.0, x) == math.copysign(1.0, y)
