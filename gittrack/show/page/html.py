"""Runs as HTML, for notebooks; everything that came from a run is escaped."""

from __future__ import annotations

import html
from typing import NamedTuple

from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.show.terminal import runs as tables
from gittrack.show.terminal import text
from gittrack.show.terminal.table import Table

_MAX_ROWS = 100


class NotebookFrame(NamedTuple):
    """A page in a frame of a notebook: it runs its scripts, and can reach nothing outside.

    Attributes
    ----------
    content : str
        The page.
    height : int
        In pixels.
    """

    content: str
    height: int

    def _repr_html_(self) -> str:
        style = f"width: 100%; height: {int(self.height)}px; border: 0"
        page = html.escape(self.content)
        return f'<iframe sandbox="allow-scripts" style="{style}" srcdoc="{page}"></iframe>'


def page(runs: Sequence[RunInfo], now: float) -> str:
    """Return a table of runs; of more than 100 runs, the first 100 and the number of the others."""
    if not runs:
        return "<p>no runs</p>"
    rows = table(tables.listing(runs[:_MAX_ROWS], now))
    more = len(runs) - _MAX_ROWS
    return rows + (f"<p>and {more} more runs</p>" if more > 0 else "")


def record(info: RunInfo) -> str:
    """Return one run: facts, params and metrics."""
    code = (info.code.state or "-")[:12] + ("*" if info.code.dirty else "")
    facts = [
        *(("run", info.id), ("experiment", info.experiment), ("name", info.name)),
        *(("status", info.status), ("started", info.started), ("code", code)),
        *(("command", text.command_line(info.command)), ("tags", ", ".join(info.tags))),
        ("note", info.note),
    ]
    rows = [[name, text.escape(value)] for name, value in facts if value]
    params = [[text.escape(key), text.exact(value)] for key, value in sorted(info.params.items())]
    metrics = [
        [text.escape(name), text.value(m.last, 6), text.value(m.min, 6), text.value(m.max, 6)]
        for name, m in info.metrics.items()
    ]
    parts = [table(Table(["", ""], rows))]
    if params:
        parts.append(table(Table(["param", "value"], params)))
    if metrics:
        parts.append(table(Table(["metric", "last", "min", "max"], metrics, [False] + [True] * 3)))
    return "".join(parts)


def table(content: Table) -> str:
    """Return a table as HTML, cells escaped."""
    sides = [*content.right, *[False] * len(content.heads)]
    heads = "".join(f"<th>{html.escape(head)}</th>" for head in content.heads)
    rows = "".join("<tr>" + "".join(map(_cell, row, sides)) + "</tr>" for row in content.rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(content: str, right: bool) -> str:
    side = ' style="text-align: right"' if right else ""
    return f"<td{side}>{html.escape(content)}</td>"
