"""The summary of a series: last, smallest and largest value, last step, number of points."""

from __future__ import annotations

from gittrack.core.run.run_info import Metric
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any

Point = tuple[float, str, float, float]


class SeriesSummary:
    """The summary of one series, updated point by point or by many points at once.

    NaN is counted, but is never the minimum or the maximum.
    """

    __slots__ = ("count", "last", "max", "min", "step")

    def __init__(self) -> None:
        self.last = self.min = self.max = float("nan")
        self.step: float | None = None
        self.count = 0

    @classmethod
    def of(cls, metric: Metric) -> SeriesSummary:
        """Return the summary that `metric` gave."""
        summary = cls()
        for name, value in metric._asdict().items():
            setattr(summary, name, value)
        return summary

    def add(self, step: float, value: float) -> None:
        """Add one point."""
        self.last = value
        self.step = step
        self.count += 1
        if not self.min <= value and value == value:  # also true while min is NaN
            self.min = value
        if not self.max >= value and value == value:
            self.max = value

    def extend(self, values: Sequence[float], step: float | None) -> None:
        """Add points, of which the last one has ``step``; the same as `add` for each, but faster."""
        self.last = values[-1]
        self.step = step
        self.count += len(values)
        # `min` and `max` skip every NaN but a first one, and of equal values they return the first.
        numbers = values if values[0] == values[0] else [v for v in values if v == v]
        if numbers:
            low, high = min(numbers), max(numbers)
            self.min = self.min if self.min <= low else low
            self.max = self.max if self.max >= high else high

    def metric(self) -> Metric:
        """Return the summary as a value."""
        return Metric(self.last, self.min, self.max, self.step, self.count)


class LoggedValues(dict[str, tuple[str, list[float]]]):
    """The summaries of the metrics that one process logs.

    The items are {name: (cell of a line, list to append values to)}; a name that is used first is made by
    ``cell_of``, which may raise.  `fold` empties the lists.

    Parameters
    ----------
    cell_of : callable
        Returns the cell of a name.
    """

    def __init__(self, cell_of: Callable[[Any], str]) -> None:
        self._cell_of = cell_of
        self._summaries: dict[str, SeriesSummary] = {}

    def __missing__(self, name: Any) -> tuple[str, list[float]]:
        entry = self[name] = (self._cell_of(name), [])
        return entry

    def continue_from(self, metrics: Mapping[str, Metric]) -> None:
        """Begin with the summaries of points that were logged before."""
        self._summaries.update((name, SeriesSummary.of(m)) for name, m in metrics.items())

    def remove(self, points: Iterable[Point]) -> bool:
        """Remove values that were added last, one for each point; return whether they were the last ones."""
        for _, name, value, _ in points:
            values = self[name][1]
            if repr(values.pop()) != repr(value):
                return False
            if not values and name not in self._summaries:  # the order is that of the lines
                del self[name]
        return True

    def fold(self, steps: Mapping[str, float | None]) -> None:
        """Add the new values to the summaries; ``steps`` has the last step of each metric."""
        for name, (_, values) in self.items():
            if values:
                summary = self._summaries.setdefault(name, SeriesSummary())
                summary.extend(values, steps.get(name))
                values.clear()

    def metrics(self) -> dict[str, Metric]:
        """Return the summaries up to the last `fold`."""
        return {name: summary.metric() for name, summary in self._summaries.items()}
