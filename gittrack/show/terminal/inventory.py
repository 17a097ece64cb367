"""The inventory of runs as tables: experiments, params, metrics."""

from __future__ import annotations

from gittrack.analysis.inventory import Experiment, Values
from gittrack.core.run.run_info import from_iso
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any
from gittrack.show.terminal import text
from gittrack.show.terminal.table import Table

_EXAMPLES = 6


def values(summaries: Sequence[Values], kind: str, *, exact: bool = False) -> Table:
    """Return a table of params or metrics (``kind``): name, runs, distinct values, range or examples."""
    if exact:
        rows = [
            [
                row.name,
                str(row.runs),
                str(row.distinct),
                text.plain(row.low),
                text.plain(row.high),
            ]
            for row in summaries
        ]
        return Table([kind, "runs", "distinct", "min", "max"], rows)
    listed = _EXAMPLES if kind == "param" else 1  # for a metric, the range says more than examples
    rows = [
        [
            text.escape(row.name),
            str(row.runs),
            str(row.distinct),
            _range(row, listed),
        ]
        for row in summaries
    ]
    return Table([kind.upper(), "RUNS", "DISTINCT", "VALUES"], rows, [False, True, True, False])


def _range(row: Values, listed: int) -> str:
    numbers = row.low is not None and all(isinstance(item, (int, float)) for item in row.values)
    if row.distinct <= listed:
        ordered = sorted(row.values) if numbers else row.values
        return text.shorten(", ".join(map(text.value, ordered)), 70)
    if numbers:
        return f"{text.value(row.low)} to {text.value(row.high)}"
    return text.shorten(", ".join(map(text.value, row.values[:_EXAMPLES])), 60) + ", …"


def experiments(listed: Sequence[Experiment], now: float, *, exact: bool = False) -> Table:
    """Return the table of experiments; ``now`` is in seconds since 1970."""
    rows = []
    for experiment in listed:
        statuses = ", ".join(
            f"{count} {status}" for status, count in sorted(experiment.statuses.items())
        )
        when = text.age(now - from_iso(experiment.latest)) if experiment.latest else "-"
        rows.append(
            [
                experiment.name,
                str(experiment.runs),
                experiment.latest or "" if exact else when,
                statuses,
            ]
        )
    heads = ["experiment", "runs", "latest", "statuses"]
    return Table(heads if exact else [head.upper() for head in heads], rows, [False, True])


def jsonable(rows: Sequence[Values | Experiment]) -> list[dict[str, Any]]:
    """Return the rows as mappings for JSON."""
    renamed = {"low": "min", "high": "max"}
    return [{renamed.get(key, key): item for key, item in row._asdict().items()} for row in rows]
