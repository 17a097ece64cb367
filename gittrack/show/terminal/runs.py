"""Several runs as a table: the choice of its columns."""

from __future__ import annotations

from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.typing import Any
from gittrack.show.data.overview import Overview
from gittrack.show.terminal import columns, text
from gittrack.show.terminal.columns import Column
from gittrack.show.terminal.table import MANY, Table, fit_columns, rows_of

_MAX_METRICS = 4
_MAX_PARAMS = 6


def sequence_of(runs: Iterator[RunInfo], count: int) -> Sequence[RunInfo]:
    """Return ``count`` runs so that they can be iterated again and again; very many are in a file."""
    if count <= MANY:
        return list(runs)
    from gittrack.show.data.spool import Spool  # noqa: PLC0415 - a usual listing is short

    return Spool(runs)


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
    overview = Overview(runs)
    fixed, tags = _fixed(overview, now, exact)
    metrics = overview.metrics()
    if exact or all_params:
        metric_names = metrics if exact else metrics[:_MAX_METRICS]
        every = [*map(columns.metric, metric_names), *_params(overview.params(), metrics)]
        return _table(runs, [*fixed, *every, *tags], exact)
    names, params = _differing_params(overview)
    metric_columns, param_columns = (
        list(map(columns.metric, metrics[:_MAX_METRICS])),
        _params(params, metrics),
    )
    left_out = [*metrics[_MAX_METRICS:], *(name for name in names if name not in params)]
    return _fitting_table(
        runs,
        overview,
        [*fixed, *metric_columns, *param_columns, *tags],
        [*param_columns[::-1], *tags, *metric_columns[::-1]],
        width,
        left_out,
    )


def default_names(runs: Sequence[RunInfo]) -> list[str]:
    """Return the names of the columns that `listing` shows: facts, ``metrics.x``, ``params.x``."""
    overview = Overview(runs)
    fixed, tags = _fixed(overview, 0.0, exact=False)
    metrics = [f"metrics.{name}" for name in overview.metrics()[:_MAX_METRICS]]
    params = [f"params.{name}" for name in _differing_params(overview)[1]]
    return [*(column.name for column in fixed), *metrics, *params, *(tag.name for tag in tags)]


def _fixed(overview: Overview, now: float, exact: bool) -> tuple[list[Column], list[Column]]:
    """Return the columns before the metrics and after the params."""
    fixed = [
        columns.fact("id"),
        columns.fact("name"),
        columns.fact("status") if exact else columns.status(now, elsewhere=overview.has_seen),
        columns.started(now),
        columns.fact("duration"),
    ]
    if exact or len(overview.experiments) > 1:
        fixed.insert(1, columns.fact("experiment"))
    if not exact and not overview.has_names:
        fixed.remove(columns.fact("name"))
    return fixed, [columns.fact("tags")] if exact or overview.has_tags else []


def _differing_params(overview: Overview) -> tuple[list[str], list[str]]:
    """Return the params that differ, and of them those that `listing` shows."""
    names = overview.differing()
    varied = overview.most_varied(names, _MAX_PARAMS)
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
    overview = Overview(runs)
    chosen = [columns.fact("id")]
    if exact or overview.has_names:
        chosen.append(columns.fact("name"))
    if exact or len(overview.experiments) > 1:
        chosen.append(columns.fact("experiment"))
    if exact or overview.has_unfinished:
        status = columns.status(now, elsewhere=overview.has_seen)
        chosen.append(columns.fact("status") if exact else status)
    params = overview.params() if exact else overview.differing()
    code, age = columns.code_states(overview.states, overview.dirty), columns.started(now)
    ranked = columns.metric(metric)
    chosen.append(ranked)
    optional = _params(params, [metric])
    every = [*chosen, *optional, *code, age]
    if exact:
        whole = _table(runs, every, exact)
    else:
        whole = _fitting_table(
            runs, overview, every, [age, *optional[::-1]], width and width - 4, []
        )

    def rows() -> Iterator[list[str]]:
        for rank, (run, row) in enumerate(zip(runs, whole.rows, strict=True), 1):
            yield [str(rank) if _is_ranked(ranked.get(run)) else "", *row]

    heads = ["rank" if exact else "#", *whole.heads]
    return Table(heads, rows_of(len(runs), rows), [True, *whole.right], whole.left_out)


def _is_ranked(value: Any) -> bool:
    """Return whether the value of a metric gets a rank: NaN, infinities and None do not."""
    return value is not None and value - value == 0


def _fitting_table(
    runs: Sequence[RunInfo],
    overview: Overview,
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
    if width is None:
        return whole
    positions = [every.index(column) for column in yielding]
    if not overview.has_unfinished:
        positions += [position for position, column in enumerate(every) if column.name == "status"]
    constant_columns = _constant(whole, positions) if len(runs) > 1 else []
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


def _constant(table: Table, positions: Sequence[int]) -> Sequence[int]:
    """Return those positions of columns at which all rows are equal; one look at each row tells all."""
    first: Sequence[str] | None = None
    for row in table.rows:
        first = row if first is None else first
        positions = [position for position in positions if row[position] == first[position]]
        if not positions:
            break
    return positions


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
    return Overview(runs).constants


def _table(runs: Sequence[RunInfo], chosen: Sequence[Column], exact: bool) -> Table:
    if not exact:
        heads, right = [column.head for column in chosen], [column.right for column in chosen]
        return Table(heads, columns.rows(runs, chosen), right)

    def plain() -> Iterator[list[str]]:
        return ([text.plain(column.get(run)) for column in chosen] for run in runs)

    return Table([column.name for column in chosen], rows_of(len(runs), plain))


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
