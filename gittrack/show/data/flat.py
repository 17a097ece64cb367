"""Runs as flat rows, for spreadsheets and data frames: ``params.lr``, ``metrics.val_accuracy``, facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.core.scalars import flow_text
from gittrack.show.data import jsonable

_NESTED = ("params", "metrics", "code")
HISTORY = ("run", "metric", "step", "value", "time")


def row(info: RunInfo) -> dict[str, Any]:
    """Return a run as {column: value}: facts, ``params.x``, ``metrics.x`` and its ``.min``, ``.max``."""
    whole = jsonable.run(info)
    made = {key: item for key, item in whole.items() if key not in _NESTED}
    made |= {f"code.{key}": item for key, item in whole["code"].items()}
    made |= {f"params.{name}": value for name, value in commit_message.dotted(info.params).items()}
    for name, metric in info.metrics.items():
        key = f"metrics.{commit_message.key_text(name)}"
        made |= {key: metric.last, f"{key}.min": metric.min, f"{key}.max": metric.max}
    return made


def utf8(row: dict[str, Any]) -> dict[str, Any]:
    r"""Return a row whose texts, names and lists have escapes for what UTF-8 cannot hold.

    Bytes of other encodings are lone surrogates in a run; ``"a\udcff"`` stands for them.
    """
    return {_utf8(name): _utf8(value) for name, value in row.items()}


def _utf8(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, list):
        return [_utf8(item) for item in value]
    if isinstance(value, dict):
        return {_utf8(key): _utf8(item) for key, item in value.items()}
    return value


def columns(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the columns that the rows need: facts first, then params and metrics, sorted."""
    names = dict.fromkeys(name for one in rows for name in one)
    facts = [name for name in names if not name.startswith(("params.", "metrics."))]
    return facts + [
        name for kind in ("params.", "metrics.") for name in sorted(names) if name.startswith(kind)
    ]


def cell(value: Any) -> str:
    """Return a value as the cell of a CSV file that no spreadsheet runs as a formula.

    A text that begins with ``= + - @``, a tab or a line break gets a quote in front (OWASP, "CSV Injection");
    numbers stay numbers.
    """
    if value is None or value == []:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else value
    return repr(value) if isinstance(value, float) else flow_text(value)
