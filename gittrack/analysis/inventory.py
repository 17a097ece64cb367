"""An inventory of many runs: experiments, params and metrics, with counts and ranges."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from gittrack.core.query.equality import key
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo

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


def params(runs: Sequence[RunInfo]) -> list[Values]:
    """Return the values of each param, sorted by dotted name."""
    pairs = (
        (name, value) for run in runs for name, value in commit_message.dotted(run.params).items()
    )
    return _summaries(pairs)


def metrics(runs: Sequence[RunInfo]) -> list[Values]:
    """Return the last values of each metric, sorted by name."""
    pairs = ((name, metric.last) for run in runs for name, metric in run.metrics.items())
    return _summaries(pairs)


def _summaries(pairs: Iterable[tuple[str, Any]]) -> list[Values]:
    distinct: dict[str, dict[Hashable, Any]] = {}
    counts: dict[str, int] = {}
    for name, value in pairs:
        counts[name] = counts.get(name, 0) + 1
        distinct.setdefault(name, {}).setdefault(key(value), value)
    collected = []
    for name in sorted(distinct):
        values = list(distinct[name].values())
        numbers = [v for v in values if _is_number(v)]
        low, high = (min(numbers), max(numbers)) if numbers else (None, None)
        examples = tuple(values[:_MAX_VALUES])
        collected.append(Values(name, counts[name], len(values), low, high, examples))
    return collected


def _is_number(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)


def experiments(runs: Sequence[RunInfo]) -> list[Experiment]:
    """Return the experiments; the one with the latest run is first."""
    names = dict.fromkeys(run.experiment for run in runs)
    listed = []
    for name in names:
        members = [run for run in runs if run.experiment == name]
        statuses: dict[str, int] = {}
        for run in members:
            statuses[run.status] = statuses.get(run.status, 0) + 1
        latest = max((run.started for run in members if run.started), default=None)
        listed.append(Experiment(name, len(members), statuses, latest))
    return sorted(listed, key=lambda experiment: experiment.latest or "", reverse=True)
