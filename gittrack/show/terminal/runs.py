"""Several runs as a table: which columns are worth their place."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack.core.equality import equal
from gittrack.core.fast_typing import Any
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.show.terminal import columns, text
from gittrack.show.terminal.columns import Column
from gittrack.show.terminal.table import Table, fit_columns

_MAX_METRICS = 4
_MAX_PARAMS = 6


def listing(
    runs: Sequence[RunInfo],
    now: float,
    chosen: Sequence[str] = (),
    *,
    all_params: bool = False,
    exact: bool = False,
    width: int | None = None,
) -> Table:
    """Return the table of ``ls``; ``chosen`` names columns, ``exact`` is for programs, not people.

    ``width`` is that of the terminal that it has to fit into.
    """
    if chosen:
        return _table(runs, [columns.by_name(name, now) for name in chosen], exact)
    fixed = [
        columns.fact("id"),
        columns.fact("name"),
        columns.fact("status"),
        columns.started(now),
        columns.fact("duration"),
    ]
    if exact or len({run.experiment for run in runs}) > 1:
        fixed.insert(1, columns.fact("experiment"))
    if not exact and not any(run.name for run in runs):
        fixed.remove(columns.fact("name"))
    tags = [columns.fact("tags")] if exact or any(run.tags for run in runs) else []
    metrics = _common_metrics(runs)
    if exact or all_params:
        params, shown = _names(_flat(runs)), metrics if exact else metrics[:_MAX_METRICS]
        every = [*map(columns.metric, shown), *_params(params, metrics)]
        return _table(runs, [*fixed, *every, *tags], exact)
    flat = _flat(runs)
    names = _differing(flat)
    params = [name for name in names if name in _telling(flat, names)]
    first, then = list(map(columns.metric, metrics[:_MAX_METRICS])), _params(params, metrics)
    cut = [*metrics[_MAX_METRICS:], *(name for name in names if name not in params)]
    return _fitted(
        runs, [*fixed, *first, *then, *tags], [*then[::-1], *tags, *first[::-1]], width, cut
    )


def ranking(
    runs: Sequence[RunInfo],
    metric: str,
    now: float,
    *,
    exact: bool = False,
    width: int | None = None,
) -> Table:
    """Return the table of ``top``: rank, run, the metric, and the params in which the rows differ."""
    chosen = [columns.fact("id")]
    if exact or any(run.name for run in runs):
        chosen.append(columns.fact("name"))
    if exact or len({run.experiment for run in runs}) > 1:
        chosen.append(columns.fact("experiment"))
    if exact or any(run.status != "finished" for run in runs):
        chosen.append(columns.fact("status"))
    params = (_names if exact else _differing)(_flat(runs))
    code, age = columns.code_states(runs), columns.started(now)
    ranked = columns.metric(metric)
    chosen.append(ranked)
    optional = _params(params, [metric])
    every = [*chosen, *optional, *code, age]
    if exact:
        shown = _table(runs, every, exact)
    else:
        shown = _fitted(runs, every, [age, *optional[::-1]], width and width - 4, [])
    values = [ranked.get(run) for run in runs]
    rows = [
        [str(place) if _is_ranked(value) else "", *row]
        for place, (value, row) in enumerate(zip(values, shown.rows, strict=True), 1)
    ]
    heads = ["rank" if exact else "#", *shown.heads]
    return Table(heads, rows, [True, *shown.right], shown.left_out)


def _is_ranked(value: Any) -> bool:
    """Say whether the value of a metric has a place in a ranking: NaN and infinities have none."""
    return value is not None and value - value == 0


def _telling(flat: Sequence[dict[str, Any]], names: Sequence[str]) -> list[str]:
    """Return the params, few enough for a table, that have the most different values."""
    different = {name: len({str(one.get(name)) for one in flat}) for name in names}
    return sorted(names, key=lambda name: -different[name])[:_MAX_PARAMS]


def _fitted(
    runs: Sequence[RunInfo],
    every: Sequence[Column],
    yielding: Sequence[Column],
    width: int | None,
    cut: Sequence[str],
) -> Table:
    """Return the table with the columns that there is room for; ``yielding`` are those that go, in order.

    Columns with one value in all runs go first; then long names are shortened, and then the others go.
    """
    whole = _table(runs, every, False)._replace(left_out=cut)
    places = [every.index(column) for column in yielding]
    if all(run.finished for run in runs):
        places += [at for at, column in enumerate(every) if column.name == "status"]
    equal = [place for place in places if len(runs) > 1 and _is_constant(whole, place)]
    order = [*equal, *(every.index(column) for column in yielding)]
    return fit_columns(
        whole,
        {place: every[place].name for place in order},
        width,
        shrinking=[at for at, column in enumerate(every) if column.name in ("name", "experiment")],
        first=len(equal),
    )


def _is_constant(table: Table, place: int) -> bool:
    return len({row[place] for row in table.rows}) == 1


def _params(names: Sequence[str], metrics: Sequence[str]) -> list[Column]:
    """Return the columns of params; one that is called like a metric says which of the two it is."""
    made = []
    for name in names:
        column, full = columns.param(name), f"params.{name}"
        if name in metrics:
            column = column._replace(name=full, head=text.escape(full))
        made.append(column)
    return made


def constants(runs: Sequence[RunInfo]) -> dict[str, Any]:
    """Return the params that are equal in all of the runs, by dotted name."""
    return _equal(_flat(runs))


def _flat(runs: Sequence[RunInfo]) -> list[dict[str, Any]]:
    """Return the params of each run by their dotted names."""
    return [commit_message.dotted(run.params) for run in runs]


def _equal(flat: Sequence[dict[str, Any]]) -> dict[str, Any]:
    shared = flat[0] if flat else {}
    return {k: v for k, v in shared.items() if all(k in one and equal(one[k], v) for one in flat)}


def _differing(flat: Sequence[dict[str, Any]]) -> list[str]:
    equal = _equal(flat)
    return [name for name in _names(flat) if name not in equal]


def _names(flat: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({name for params in flat for name in params})


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
    cells = [_cells(column, runs) for column in chosen]
    rows = [list(row) for row in zip(*cells, strict=True)] if chosen else [[] for _ in runs]
    return Table([column.head for column in chosen], rows, [column.right for column in chosen])


def _cells(column: Column, runs: Sequence[RunInfo]) -> list[str]:
    """Return a column as text; different numbers that are neighbours are told apart by more digits."""
    values = [column.get(run) for run in runs]
    cells = [column.show(value) for value in values]
    alike = any(
        cells[place] == cells[place - 1]
        and isinstance(values[place], float)
        and isinstance(values[place - 1], float)
        and values[place] != values[place - 1]
        for place in range(1, len(cells))
    )
    numbers = column.show is text.value and alike
    return text.distinct_numbers(values) if numbers else cells
