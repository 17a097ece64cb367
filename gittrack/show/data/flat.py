"""Runs as flat rows for spreadsheets and data frames: facts, ``params.lr``, ``metrics.val_accuracy``."""

from __future__ import annotations

from typing import Any

from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.core.scalars import flow_text
from gittrack.core.standard.collections import Iterable
from gittrack.show.data import jsonable

_NESTED = ("params", "metrics", "code")
HISTORY = ("run", "metric", "step", "value", "time")


def row(info: RunInfo) -> dict[str, Any]:
    """Return a run as {column: value}: facts, ``params.x``, ``metrics.x``, ``metrics.x.min`` and ``.max``."""
    record = jsonable.run(info)
    cells = {key: item for key, item in record.items() if key not in _NESTED}
    cells |= {f"code.{key}": item for key, item in record["code"].items()}
    cells |= {f"params.{name}": value for name, value in commit_message.dotted(info.params).items()}
    for name, metric in info.metrics.items():
        key = f"metrics.{commit_message.key_text(name)}"
        cells |= {key: metric.last, f"{key}.min": metric.min, f"{key}.max": metric.max}
    return cells


def utf8(row: dict[str, Any]) -> dict[str, Any]:
    r"""Return a row in which every text, name and list can be encoded as UTF-8.

    A run stores bytes of another encoding as lone surrogates; the row has the escape ``\udcff`` instead.
    """
    return {utf8_value(name): utf8_value(value) for name, value in row.items()}


def utf8_value(value: Any) -> Any:
    """Return a value in which every text can be encoded as UTF-8, as in `utf8`."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, list):
        return [utf8_value(item) for item in value]
    if isinstance(value, dict):
        return {utf8_value(key): utf8_value(item) for key, item in value.items()}
    return value


def columns(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the names of all columns: facts in the order of the rows, then sorted params, then metrics."""
    names = dict.fromkeys(name for row in rows for name in row)
    facts = [name for name in names if not name.startswith(("params.", "metrics."))]
    return facts + [
        name
        for prefix in ("params.", "metrics.")
        for name in sorted(names)
        if name.startswith(prefix)
    ]


def cell(value: Any) -> str:
    """Return a value as the cell of a CSV file that a spreadsheet does not run as a formula.

    A text that begins with ``= + - @``, a tab or a line break gets a leading quote.  Numbers stay numbers.

    Notes
    -----
    The rule is the one of OWASP, "CSV Injection".
    """
    if value is None or value == []:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else value
    return repr(value) if isinstance(value, float) else flow_text(value)
