"""What differs between two runs, as values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gittrack.core.nested import same
from gittrack.core.run import facts as run_facts
from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import Metric, RunInfo, getter


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


class DiffRow(NamedTuple):
    """One thing in which several runs differ: its name and its value in each, body.MISSING where it lacks."""

    name: str
    values: tuple[Any, ...]


class DiffTable(NamedTuple):
    """Everything in which several runs differ, by section; sections without a difference are empty."""

    runs: tuple[RunInfo, ...]
    sections: dict[str, list[DiffRow]]


def differing_rows(found: Sequence[Mapping[str, Any]]) -> list[DiffRow]:
    """Return the keys whose values are not the same in all of the mappings, sorted."""
    names = sorted({name for one in found for name in one})
    made = [DiffRow(name, tuple(one.get(name, MISSING) for one in found)) for name in names]
    return [row for row in made if not all(same(row.values[0], item) for item in row.values[1:])]


def changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    """Return the keys whose values differ, sorted."""
    pairs = ((key, a.get(key, MISSING), b.get(key, MISSING)) for key in sorted({*a, *b}))
    return [Change(key, x, y) for key, x, y in pairs if not same(x, y)]


_COMPARED = {fact.name: getter(fact) for fact in run_facts.FACTS if fact.compared}


def compared_facts(info: RunInfo) -> dict[str, Any]:
    """Return the facts of a run that are worth comparing: not those that tell any two runs apart."""
    values = {name: get(info) for name, get in _COMPARED.items()}
    return {name: _plain(value) for name, value in values.items() if value not in (None, ())}


def fact_changes(a: RunInfo, b: RunInfo) -> list[Change]:
    """Return the facts in which two runs differ, but for those that tell any two runs apart."""
    found = {change.name: change for change in changes(compared_facts(a), compared_facts(b))}
    return [found[name] for name in _COMPARED if name in found]


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
            delta = _finite(y.last - x.last)
            percent = _finite(100.0 * delta / abs(x.last)) if delta is not None and x.last else None
        found.append(MetricChange(name, x, y, delta, percent))
    return found


def _finite(number: float) -> float | None:
    """Return a number, None if it is larger than any float."""
    return number if math.isfinite(number) else None
