"""An inventory of many runs: experiments, params and metrics, with counts and ranges."""

from __future__ import annotations

import math
from array import array
from collections import Counter

from gittrack.core.query.equality import key
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Hashable, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple

_MAX_VALUES = 1_000


class Values(NamedTuple):
    """The values of many runs under one name.

    Attributes
    ----------
    name : str
        The dotted name of a param, or the name of a metric.
    runs : int
        The number of runs that have the name.
    distinct : int
        The number of different values.
    low, high : float or None
        The smallest and the largest finite number; None if there is none.
    values : tuple
        The different values, in the order in which they appear first; at most 1,000.
    """

    name: str
    runs: int
    distinct: int
    low: float | None
    high: float | None
    values: tuple[Any, ...]


class Experiment(NamedTuple):
    """An experiment: the number of its runs, in all and by status, and the start of the latest (ISO 8601)."""

    name: str
    runs: int
    statuses: dict[str, int]
    latest: str | None


Columns = Mapping[str, Sequence[Any]]


def params(blocks: Iterable[Columns]) -> list[Values]:
    """Return the values of each param, sorted by dotted name.

    Parameters
    ----------
    blocks : iterable of mapping
        {column: value of each run} of some runs after the other, as `blocks_of_columns.of_runs` yields them.
    """
    return _summaries(blocks, "params.")


def metrics(blocks: Iterable[Columns]) -> list[Values]:
    """Return the last values of each metric, sorted by name; ``blocks`` is that of `params`."""
    return _summaries(blocks, "metrics.")


class _Collected:
    """The values of one name, in little memory: 8 bytes for a number that is not among the first values."""

    def __init__(self) -> None:
        self.runs = 0
        self.first: dict[Hashable, Any] = {}
        self._numbers = array("d")
        self._others: set[tuple[str, Any]] = set()
        self._lowest: tuple[float, float] | None = None  # key, value
        self._highest: tuple[float, float] | None = None

    def add(self, value: Any) -> None:
        """Add the value of a run."""
        self.runs += 1
        value_key: Any = key(value)
        if value_key in self.first or value_key in self._others:
            return
        number = value_key[1]
        if _is_number(value):
            if self._lowest is None or number < self._lowest[0]:
                self._lowest = (number, value)
            if self._highest is None or number > self._highest[0]:
                self._highest = (number, value)
        if len(self.first) < _MAX_VALUES:
            self.first[value_key] = value
        elif isinstance(value, float) and isinstance(number, float):
            self._numbers.append(number)
        else:
            self._others.add(value_key)

    def summary(self, name: str) -> Values:
        """Return the summary."""
        numbers = {number for number in set(self._numbers) if ("number", number) not in self.first}
        others = [number for kind, number in self._others if kind == "number"]
        distinct = len(self.first) + len(self._others) + len(numbers.difference(others))
        low = self._lowest[1] if self._lowest else None
        high = self._highest[1] if self._highest else None
        return Values(name, self.runs, distinct, low, high, tuple(self.first.values()))


def _summaries(blocks: Iterable[Columns], kind: str) -> list[Values]:
    collected: dict[str, _Collected] = {}
    for columns in blocks:
        for name in [name for name in columns if name.startswith(kind)]:
            if name not in collected:
                collected[name] = _Collected()
            for value in columns[name]:
                if value is not MISSING:
                    collected[name].add(value)
    return [collected[name].summary(name.removeprefix(kind)) for name in sorted(collected)]


def _is_number(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)


def experiments(blocks: Iterable[Columns]) -> list[Experiment]:
    """Return the experiments, that with the latest run first; ``blocks`` is that of `params`."""
    statuses: dict[str, dict[str, int]] = {}
    latest: dict[str, str] = {}
    for columns in blocks:
        names = columns["experiment"]
        for (name, status), count in Counter(zip(names, columns["status"], strict=True)).items():
            counts = statuses.setdefault(name, {})
            counts[status] = counts.get(status, 0) + count
        for name, started in zip(names, columns.get("started", ()), strict=False):
            if started and started is not MISSING and started > latest.get(name, ""):
                latest[name] = started
    listed = [
        Experiment(name, sum(counts.values()), counts, latest.get(name))
        for name, counts in statuses.items()
    ]
    return sorted(listed, key=lambda experiment: experiment.latest or "", reverse=True)
