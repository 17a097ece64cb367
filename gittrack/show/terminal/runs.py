"""Several runs as a table: the choice of its columns."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack.core.fast_typing import Any
from gittrack.core.query.equality import equal
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import SYSTEM, RunInfo
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
    """Return the table of ``ls``.

    Parameters
    ----------
    runs : sequence of RunInfo
        The runs, in order.
    now : float
        In seconds since 1970; for ages.
    chosen : sequence of str
        The names of the columns; without them, the columns depend on the runs.
    all_params : bool
        Whether every param has a column, and no column is left out.
    exact : bool
        Whether the table is for programs: all columns, all digits, unescaped text.
    width : int, optional
        The width of the terminal; columns are left out to fit.
    """
    if chosen:
        return _table(runs, [columns.by_name(name, now) for name in chosen], exact)
    fixed, tags = _fixed(runs, now, exact)
    metrics = _common_metrics(runs)
    if exact or all_params:
        params, metric_names = _names(_flat(runs)), metrics if exact else metrics[:_MAX_METRICS]
        every = [*map(columns.metric, metric_names), *_params(params, metrics)]
        return _table(runs, [*fixed, *every, *tags], exact)
    names, params = _differing_params(runs)
    metric_columns, param_columns = (
        list(map(columns.metric, metrics[:_MAX_METRICS])),
        _params(params, metrics),
    )
    left_out = [*metrics[_MAX_METRICS:], *(name for name in names if name not in params)]
    return _fitting_table(
        runs,
        [*fixed, *metric_columns, *param_columns, *tags],
        [*param_columns[::-1], *tags, *metric_columns[::-1]],
        width,
        left_out,
    )


def default_names(runs: Sequence[RunInfo]) -> list[str]:
    """Return the names of the columns that `listing` shows: facts, ``metrics.x``, ``params.x``."""
    fixed, tags = _fixed(runs, 0.0, exact=False)
    metrics = [f"metrics.{name}" for name in _common_metrics(runs)[:_MAX_METRICS]]
    params = [f"params.{name}" for name in _differing_params(runs)[1]]
    return [*(column.name for column in fixed), *metrics, *params, *(tag.name for tag in tags)]


def _fixed(runs: Sequence[RunInfo], now: float, exact: bool) -> tuple[list[Column], list[Column]]:
    """Return the columns before the metrics and after the params."""
    fixed = [
        columns.fact("id"),
        columns.fact("name"),
        columns.fact("status") if exact else columns.status(runs, now),
        columns.started(now),
        columns.fact("duration"),
    ]
    if exact or len({run.experiment for run in runs}) > 1:
        fixed.insert(1, columns.fact("experiment"))
    if not exact and not any(run.name for run in runs):
        fixed.remove(columns.fact("name"))
    return fixed, [columns.fact("tags")] if exact or any(run.tags for run in runs) else []


def _differing_params(runs: Sequence[RunInfo]) -> tuple[list[str], list[str]]:
    """Return the params that differ, and of them those that `listing` shows."""
    flat = _flat(runs)
    names = _differing(flat)
    varied = _most_varied(flat, names)
    return names, [name for name in names if name in varied]


def ranking(
    runs: Sequence[RunInfo],
    metric: str,
    now: float,
    *,
    exact: bool = False,
    width: int | None = None,
) -> Table:
    """Return the table of ``top``: rank, run, the metric, and the params that differ.

    Parameters
    ----------
    runs : sequence of RunInfo
        The runs, the best first.
    metric : str
        The metric that ranks the runs.
    now : float
        In seconds since 1970; for ages.
    exact : bool
        Whether the table is for programs: all params, all digits, unescaped text.
    width : int, optional
        The width of the terminal; columns are left out to fit.
    """
    chosen = [columns.fact("id")]
    if exact or any(run.name for run in runs):
        chosen.append(columns.fact("name"))
    if exact or len({run.experiment for run in runs}) > 1:
        chosen.append(columns.fact("experiment"))
    if exact or any(run.status != "finished" for run in runs):
        chosen.append(columns.fact("status") if exact else columns.status(runs, now))
    params = (_names if exact else _differing)(_flat(runs))
    code, age = columns.code_states(runs), columns.started(now)
    ranked = columns.metric(metric)
    chosen.append(ranked)
    optional = _params(params, [metric])
    every = [*chosen, *optional, *code, age]
    if exact:
        whole = _table(runs, every, exact)
    else:
        whole = _fitting_table(runs, every, [age, *optional[::-1]], width and width - 4, [])
    values = [ranked.get(run) for run in runs]
    rows = [
        [str(rank) if _is_ranked(value) else "", *row]
        for rank, (value, row) in enumerate(zip(values, whole.rows, strict=True), 1)
    ]
    heads = ["rank" if exact else "#", *whole.heads]
    return Table(heads, rows, [True, *whole.right], whole.left_out)


def _is_ranked(value: Any) -> bool:
    """Return whether the value of a metric gets a rank: NaN, infinities and None do not."""
    return value is not None and value - value == 0


def _most_varied(flat: Sequence[dict[str, Any]], names: Sequence[str]) -> list[str]:
    """Return the params with the most different values, at most ``_MAX_PARAMS``."""
    different = {name: len({str(params.get(name)) for params in flat}) for name in names}
    return sorted(names, key=lambda name: -different[name])[:_MAX_PARAMS]


def _fitting_table(
    runs: Sequence[RunInfo],
    every: Sequence[Column],
    yielding: Sequence[Column],
    width: int | None,
    left_out: Sequence[str],
) -> Table:
    """Return the table with the columns that fit; ``yielding`` are those that may be left out, in order.

    Columns with the same value in all runs are left out first.  Then long names are shortened.  Then the
    other columns are left out.
    """
    whole = _table(runs, every, False)._replace(left_out=left_out)
    positions = [every.index(column) for column in yielding]
    if all(run.finished for run in runs):
        positions += [position for position, column in enumerate(every) if column.name == "status"]
    constant_columns = [
        position for position in positions if len(runs) > 1 and _is_constant(whole, position)
    ]
    order = [*constant_columns, *(every.index(column) for column in yielding)]
    return fit_columns(
        whole,
        {position: every[position].name for position in order},
        width,
        shrinking=[
            position
            for position, column in enumerate(every)
            if column.name in ("name", "experiment")
        ],
        first=len(constant_columns),
    )


def _is_constant(table: Table, position: int) -> bool:
    return len({row[position] for row in table.rows}) == 1


def _params(names: Sequence[str], metrics: Sequence[str]) -> list[Column]:
    """Return the columns of params; a param with the name of a metric is headed ``params.NAME``."""
    param_columns = []
    for name in names:
        column, full = columns.param(name), f"params.{name}"
        if name in metrics:
            column = column._replace(name=full, head=text.escape(full))
        param_columns.append(column)
    return param_columns


def constants(runs: Sequence[RunInfo]) -> dict[str, Any]:
    """Return the params that are equal in all runs, by dotted name."""
    return _equal(_flat(runs))


def _flat(runs: Sequence[RunInfo]) -> list[dict[str, Any]]:
    """Return the params of each run by their dotted names."""
    return [commit_message.dotted(run.params) for run in runs]


def _equal(flat: Sequence[dict[str, Any]]) -> dict[str, Any]:
    shared = flat[0] if flat else {}
    return {
        k: v
        for k, v in shared.items()
        if all(k in params and equal(params[k], v) for params in flat)
    }


def _differing(flat: Sequence[dict[str, Any]]) -> list[str]:
    equal = _equal(flat)
    return [name for name in _names(flat) if name not in equal]


def _names(flat: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({name for params in flat for name in params})


def _common_metrics(runs: Sequence[RunInfo]) -> list[str]:
    """Return the names of the metrics, the most frequent first; ties in the order of logging."""
    counts: dict[str, int] = {}
    for run in runs:
        for name in run.metrics:
            if not name.startswith(SYSTEM):
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
    """Return a column as text; different neighbouring numbers get as many digits as they need."""
    values = [column.get(run) for run in runs]
    cells = [column.show(value) for value in values]
    alike = any(
        cells[row] == cells[row - 1]
        and isinstance(values[row], float)
        and isinstance(values[row - 1], float)
        and values[row] != values[row - 1]
        for row in range(1, len(cells))
    )
    numbers = column.show is text.value and alike
    return text.distinct_numbers(values) if numbers else cells


def against(content: Table, infos: Sequence[RunInfo], baseline: RunInfo) -> Table:
    """Return a table whose metrics are differences to those of a run."""
    places = {
        content.heads.index(head): name
        for name in baseline.metrics
        if (head := text.escape(name)) in content.heads
    }

    def cell(info: RunInfo, position: int, before: str) -> str:
        metric = info.metrics.get(places.get(position, ""))
        if info.id == baseline.id or metric is None:
            return before
        change = metric.last - baseline.metrics[places[position]].last
        return "=" if change == 0 else f"{change:+.4g}"

    rows = [
        [cell(info, position, before) for position, before in enumerate(row)]
        for info, row in zip(infos, content.rows, strict=True)
    ]
    return content._replace(rows=rows)
