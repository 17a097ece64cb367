"""Several runs as a table: which columns are worth their place, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack.core import body
from gittrack.core.body import MISSING, Missing
from gittrack.core.model import RUNNING, RunInfo, from_iso
from gittrack.core.nested import same
from gittrack.show import text
from gittrack.show.table import Table

_MAX_METRICS = 4
_MAX_PARAMS = 6


class Column(NamedTuple):
    """A column: its head, what stands in it for a run, and whether that is a number."""

    head: str
    cell: Callable[[RunInfo], str]
    right: bool = False


class Facts(NamedTuple):
    """A run beside its params by dotted name and its metrics by name, flattened once."""

    info: RunInfo
    params: Mapping[str, Any]


def short_id(run_id: str) -> str:
    """Return the 8 hex digits of an id, which address the run wherever they are unique."""
    return run_id[16:] or run_id


def listing(
    runs: Sequence[RunInfo], now: float, chosen: Sequence[str] = (), *, all_params: bool = False
) -> Table:
    """Return the table of ``ls``; ``chosen`` names columns instead of the usual ones."""
    if chosen:
        return _table(runs, [_named(name, now) for name in chosen])
    fixed = [_FIXED["id"], _FIXED["name"], _FIXED["status"], _started(now), _FIXED["duration"]]
    if len({run.experiment for run in runs}) > 1:
        fixed.insert(1, _FIXED["experiment"])
    if not any(run.name for run in runs):
        fixed.remove(_FIXED["name"])
    metrics = _common_metrics(runs)[:_MAX_METRICS]
    params = _param_names(runs) if all_params else differing(runs)[:_MAX_PARAMS]
    tags = [_FIXED["tags"]] if any(run.tags for run in runs) else []
    return _table(runs, [*fixed, *map(_metric, metrics), *map(_param, params), *tags])


def ranking(runs: Sequence[RunInfo], metric: str, now: float, first: int = 1) -> Table:
    """Return the table of ``top``: rank, run, the metric, and the params in which the rows differ."""
    columns = [_FIXED["id"]]
    if any(run.name for run in runs):
        columns.append(_FIXED["name"])
    if len({run.experiment for run in runs}) > 1:
        columns.append(_FIXED["experiment"])
    if any(run.status != "finished" for run in runs):
        columns.append(_FIXED["status"])
    columns += [_metric(metric), *map(_param, differing(runs)), *_dirty(runs), _started(now)]
    table = _table(runs, columns)
    rows = [[str(first + place), *row] for place, row in enumerate(table.rows)]
    return Table(["#", *table.heads], rows, [True, *table.right])


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


def _table(runs: Sequence[RunInfo], columns: Sequence[Column]) -> Table:
    rows = [[column.cell(run) for column in columns] for run in runs]
    return Table([column.head for column in columns], rows, [column.right for column in columns])


def _status(run: RunInfo) -> str:
    return f"{run.status}*" if run.status == RUNNING else run.status


def _text(name: str) -> Column:
    return Column(name.upper(), lambda run: text.value(getattr(run, name)))


_FIXED = {
    **{
        name: _text(name)
        for name in (
            *(
                "experiment",
                "name",
                "note",
                "group",
                "user",
                "host",
                "fingerprint",
                "recipe",
                "cwd",
            ),
            *("ended", "signal", "ref", "commit", "parent"),
        )
    },
    "id": Column("ID", lambda run: short_id(run.id)),
    "status": Column("STATUS", lambda run: run.status),
    "duration": Column("TIME", lambda run: text.duration(run.duration), True),
    "tags": Column("TAGS", lambda run: text.escape(", ".join(run.tags))),
    "seed": Column("SEED", lambda run: text.value(run.seed), True),
    "exit_code": Column("EXIT", lambda run: text.value(run.exit_code), True),
    "memory": Column(
        "MEMORY", lambda run: text.size(run.peak_memory) if run.peak_memory else "-", True
    ),
    "branch": Column("BRANCH", lambda run: text.value(run.code.branch)),
    "code": Column("CODE", lambda run: (run.code.state or "-")[:8]),
    "command": Column("COMMAND", lambda run: text.value(text.command(run.command))),
}


def _started(now: float) -> Column:
    def cell(run: RunInfo) -> str:
        return text.age(now - from_iso(run.started)) if run.started else "-"

    return Column("STARTED", cell)


def _dirty(runs: Sequence[RunInfo]) -> list[Column]:
    """Return the column that tells apart code states, where there are several."""
    if len({run.code.state for run in runs}) < 2:
        return []
    return [
        Column("CODE", lambda run: (run.code.state or "-")[:8] + ("*" if run.code.dirty else ""))
    ]


def _metric(name: str) -> Column:
    def cell(run: RunInfo) -> str:
        if name in run.metrics:
            return text.value(run.metrics[name].last)
        stem, _, part = name.rpartition(".")
        found = run.metrics.get(stem)
        return text.value(getattr(found, part, None)) if found else "-"

    return Column(text.escape(name), cell, True)


def _param(name: str) -> Column:
    def cell(run: RunInfo) -> str:
        found = body.dotted(run.params).get(name, MISSING)
        return "-" if isinstance(found, Missing) else text.value(found)

    return Column(text.escape(name), cell, True)


def _named(name: str, now: float) -> Column:
    """Return the column that a user asked for: a fact, ``metrics.x``, ``params.x`` or a bare name."""
    if name in _FIXED:
        return _FIXED[name]
    if name == "started":
        return _started(now)
    kind, _, rest = name.partition(".")
    if kind == "params" and rest:
        return _param(rest)
    if kind == "metrics" and rest:
        return _metric(rest)
    metric, param = _metric(name), _param(name)

    def either(run: RunInfo) -> str:
        found = metric.cell(run)
        return param.cell(run) if found == "-" else found

    return Column(text.escape(name), either, True)
