"""What there is among the runs, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gittrack.analysis.inventory import Experiment, Values
from gittrack.core.run.run_info import from_iso
from gittrack.show.terminal import text
from gittrack.show.terminal.table import Table

_SHOWN = 6


def values(found: Sequence[Values], kind: str, *, exact: bool = False) -> Table:
    """Return a table of params or metrics (``kind``): name, runs, different values, range or examples."""
    if exact:
        rows = [
            [one.name, str(one.runs), str(one.distinct), text.plain(one.low), text.plain(one.high)]
            for one in found
        ]
        return Table([kind, "runs", "distinct", "min", "max"], rows)
    listed = _SHOWN if kind == "param" else 1  # of a metric, one wants to know the range
    rows = [
        [text.escape(one.name), str(one.runs), str(one.distinct), _range(one, listed)]
        for one in found
    ]
    return Table([kind.upper(), "RUNS", "DISTINCT", "VALUES"], rows, [False, True, True, False])


def _range(one: Values, listed: int) -> str:
    numbers = one.low is not None and all(isinstance(item, (int, float)) for item in one.values)
    if one.distinct <= listed:
        ordered = sorted(one.values) if numbers else one.values
        return text.shorten(", ".join(map(text.value, ordered)), 70)
    if numbers:
        return f"{text.value(one.low)} to {text.value(one.high)}"
    return text.shorten(", ".join(map(text.value, one.values[:_SHOWN])), 60) + ", …"


def experiments(found: Sequence[Experiment], now: float, *, exact: bool = False) -> Table:
    """Return the table of experiments."""
    rows = []
    for one in found:
        statuses = ", ".join(f"{count} {status}" for status, count in sorted(one.statuses.items()))
        when = text.age(now - from_iso(one.latest)) if one.latest else "-"
        rows.append([one.name, str(one.runs), one.latest or "" if exact else when, statuses])
    heads = ["experiment", "runs", "latest", "statuses"]
    return Table(heads if exact else [head.upper() for head in heads], rows, [False, True])


def jsonable(found: Sequence[Values | Experiment]) -> list[dict[str, Any]]:
    """Return the rows as JSON knows them."""
    renamed = {"low": "min", "high": "max"}
    return [{renamed.get(key, key): item for key, item in one._asdict().items()} for one in found]
