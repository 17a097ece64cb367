"""What differs between two runs, as values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from gittrack.core.body import MISSING
from gittrack.core.model import Metric, RunInfo
from gittrack.core.nested import same


class Change(NamedTuple):
    """One thing that differs; ``a`` or ``b`` is body.MISSING where a run does not have it."""

    name: str
    a: Any
    b: Any


class MetricChange(NamedTuple):
    """One metric in both runs; ``percent`` is relative to ``a``, None where that means nothing."""

    name: str
    a: Metric | None
    b: Metric | None
    delta: float | None
    percent: float | None


class CodeChange(NamedTuple):
    """The difference of two code states: commits or snapshots ``a`` and ``b``, and their diff."""

    a: str | None
    b: str | None
    patch: str
    stat: str
    problem: str | None = None


class RunDiff(NamedTuple):
    """Everything that differs between the runs ``a`` and ``b``; what is equal is left out."""

    a: RunInfo
    b: RunInfo
    run: list[Change]
    params: list[Change]
    metrics: list[MetricChange]
    env: list[Change]
    inputs: list[Change]
    code: CodeChange


def changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    """Return the keys whose values differ, sorted."""
    pairs = ((key, a.get(key, MISSING), b.get(key, MISSING)) for key in sorted({*a, *b}))
    return [Change(key, x, y) for key, x, y in pairs if not same(x, y)]


_FACTS = (
    "status",
    "exit_code",
    "signal",
    "command",
    "seed",
    "tags",
    "group",
    "note",
    "cwd",
    "user",
    "host",
)


def fact_changes(a: RunInfo, b: RunInfo) -> list[Change]:
    """Return the facts in which two runs differ, but for those that tell any two runs apart."""
    one, other = (
        {
            name: _plain(getattr(info, name))
            for name in _FACTS
            if getattr(info, name) not in (None, ())
        }
        for info in (a, b)
    )
    found = {change.name: change for change in changes(one, other)}
    return [found[name] for name in _FACTS if name in found]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def metric_changes(a: Mapping[str, Metric], b: Mapping[str, Metric]) -> list[MetricChange]:
    """Return the metrics that differ in last value, extremes or length, by name."""
    found = []
    for name in sorted({*a, *b}):
        x, y = a.get(name), b.get(name)
        if x is not None and y is not None and all(map(same, x, y)):
            continue
        delta = percent = None
        if x is not None and y is not None and math.isfinite(x.last) and math.isfinite(y.last):
            delta = y.last - x.last
            percent = 100.0 * delta / abs(x.last) if x.last else None
        found.append(MetricChange(name, x, y, delta, percent))
    return found
