"""Several runs as a table: which columns are worth their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gittrack.core import body
from gittrack.core.model import RunInfo
from gittrack.core.nested import same
from gittrack.show import columns, text
from gittrack.show.columns import FACTS, Column
from gittrack.show.table import Table

_MAX_METRICS = 4
_MAX_PARAMS = 6


def listing(
    runs: Sequence[RunInfo],
    now: float,
    chosen: Sequence[str] = (),
    *,
    all_params: bool = False,
    exact: bool = False,
) -> Table:
    """Return the table of ``ls``; ``chosen`` names columns, ``exact`` is for programs, not people."""
    if chosen:
        return _table(runs, [columns.named(name, now) for name in chosen], exact)
    fixed = [FACTS["id"], FACTS["name"], FACTS["status"], columns.started(now), FACTS["duration"]]
    if exact or len({run.experiment for run in runs}) > 1:
        fixed.insert(1, FACTS["experiment"])
    if not exact and not any(run.name for run in runs):
        fixed.remove(FACTS["name"])
    metrics = _common_metrics(runs)
    params = _param_names(runs) if all_params or exact else differing(runs)[:_MAX_PARAMS]
    tags = [FACTS["tags"]] if exact or any(run.tags for run in runs) else []
    shown = metrics if exact else metrics[:_MAX_METRICS]
    every = [*fixed, *map(columns.metric, shown), *map(columns.param, params), *tags]
    return _table(runs, every, exact)


def ranking(runs: Sequence[RunInfo], metric: str, now: float, *, exact: bool = False) -> Table:
    """Return the table of ``top``: rank, run, the metric, and the params in which the rows differ."""
    chosen = [FACTS["id"]]
    if exact or any(run.name for run in runs):
        chosen.append(FACTS["name"])
    if exact or len({run.experiment for run in runs}) > 1:
        chosen.append(FACTS["experiment"])
    if exact or any(run.status != "finished" for run in runs):
        chosen.append(FACTS["status"])
    params = _param_names(runs) if exact else differing(runs)
    chosen += [columns.metric(metric), *map(columns.param, params)]
    table = _table(runs, [*chosen, *columns.code_states(runs), columns.started(now)], exact)
    rows = [[str(place), *row] for place, row in enumerate(table.rows, 1)]
    return Table(["rank" if exact else "#", *table.heads], rows, [True, *table.right])


def constants(runs: Sequence[RunInfo]) -> dict[str, Any]:
    """Return the params that are equal in all of the runs, by dotted name."""
    flat = [body.dotted(run.params) for run in runs]
    shared = flat[0] if flat else {}
    return {k: v for k, v in shared.items() if all(k in one and same(one[k], v) for one in flat)}


def differing(runs: Sequence[RunInfo]) -> list[str]:
    """Return the dotted names of the params in which the runs differ, sorted."""
    equal = constants(runs)
    return [name for name in _param_names(runs) if name not in equal]


def _param_names(runs: Sequence[RunInfo]) -> list[str]:
    return sorted({name for run in runs for name in body.dotted(run.params)})


def _common_metrics(runs: Sequence[RunInfo]) -> list[str]:
    """Return the metrics' names, those that most runs have first, otherwise as they were logged."""
    counts: dict[str, int] = {}
    for run in runs:
        for name in run.metrics:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: -counts[name])


def _table(runs: Sequence[RunInfo], chosen: Sequence[Column], exact: bool) -> Table:
    if exact:
        plain = [[text.plain(column.get(run)) for column in chosen] for run in runs]
        return Table([column.name for column in chosen], plain)
    rows = [[column.show(column.get(run)) for column in chosen] for run in runs]
    return Table([column.head for column in chosen], rows, [column.right for column in chosen])
