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
