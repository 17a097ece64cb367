"""What there is among many runs: experiments, params, metrics, with counts and ranges."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from gittrack.core.equality import key
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo

_MAX_VALUES = 1_000


class Values(NamedTuple):
    """What runs have under one name: in how many, how many different ones, and which.

    ``low`` and ``high`` are those of the numbers, None where there are none; ``values`` are the different
    values in the order of their first appearance, at most 1,000.
    """

    name: str
    runs: int
    distinct: int
    low: float | None
    high: float | None
    values: tuple[Any, ...]


class Experiment(NamedTuple):
    """An experiment: its runs, how many of each status, and when it was last worked on (ISO 8601)."""

    name: str
    runs: int
    statuses: dict[str, int]
    latest: str | None


def params(runs: Sequence[RunInfo]) -> list[Values]:
    """Return what there is of each param, by dotted name."""
    pairs = (
        (name, value) for run in runs for name, value in commit_message.dotted(run.params).items()
    )
    return _collected(pairs)


def metrics(runs: Sequence[RunInfo]) -> list[Values]:
    """Return what there is of each metric's last value, by name."""
    pairs = ((name, metric.last) for run in runs for name, metric in run.metrics.items())
    return _collected(pairs)


def _collected(pairs: Iterable[tuple[str, Any]]) -> list[Values]:
    found: dict[str, dict[Hashable, Any]] = {}
    counts: dict[str, int] = {}
    for name, value in pairs:
        counts[name] = counts.get(name, 0) + 1
        found.setdefault(name, {}).setdefault(key(value), value)
    made = []
    for name in sorted(found):
        values = list(found[name].values())
        numbers = [v for v in values if _is_number(v)]
        low, high = (min(numbers), max(numbers)) if numbers else (None, None)
        kept = tuple(values[:_MAX_VALUES])
        made.append(Values(name, counts[name], len(values), low, high, kept))
    return made


def _is_number(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)


def experiments(runs: Sequence[RunInfo]) -> list[Experiment]:
    """Return the experiments, the one that was worked on last first."""
    names = dict.fromkeys(run.experiment for run in runs)
    made = []
    for name in names:
        own = [run for run in runs if run.experiment == name]
        statuses: dict[str, int] = {}
        for run in own:
            statuses[run.status] = statuses.get(run.status, 0) + 1
        latest = max((run.started for run in own if run.started), default=None)
        made.append(Experiment(name, len(own), statuses, latest))
    return sorted(made, key=lambda one: one.latest or "", reverse=True)
