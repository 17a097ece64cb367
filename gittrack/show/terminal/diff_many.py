"""What differs among several runs: a column for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gittrack.analysis.differences import DiffRow, DiffTable
from gittrack.core.run.commit_message import Missing
from gittrack.core.run.run_info import RunInfo
from gittrack.show.terminal import table, text
from gittrack.show.terminal.columns import short_id

SECTIONS = {
    "params": "params",
    "metrics": "metrics",
    "run": "command, seed and tags",
    "inputs": "inputs",
    "env": "environment and packages",
    "code": "code",
}
_CUT = 32


def page(found: DiffTable, sections: Sequence[str] = (), style: str = "text") -> str:
    """Return a table for each section in which the runs differ, and one line for the others."""
    wanted = [name for name in SECTIONS if not sections or name in sections]
    blocks = [_block(name, found, style) for name in wanted if found.sections[name]]
    equal = [SECTIONS[name] for name in wanted if not found.sections[name]]
    if equal:
        blocks.append(f"equal: {', '.join(equal)}\n")
    return "\n".join(blocks)


def head(run: RunInfo) -> str:
    """Return how a column of a run is headed: its name, or its short id."""
    return text.shorten(text.escape(run.name or short_id(run.id)), 20)


def _block(name: str, found: DiffTable, style: str) -> str:
    rows = [
        [text.escape(row.name), *(_cell(row, item, style) for item in row.values)]
        for row in found.sections[name]
    ]
    heads = [SECTIONS[name], *map(head, found.runs)]
    made = table.render(
        table.Table(heads, rows, [False, *[name == "metrics"] * len(found.runs)]), style
    )
    return f"### {SECTIONS[name]}\n\n{made}" if style == "md" else made


def _cell(row: DiffRow, item: Any, style: str) -> str:
    if isinstance(item, Missing):
        return "-"
    if row.name == "code" and isinstance(item, str):
        return item[:12]
    if isinstance(item, float):
        return text.value(item, 6)
    shown = text.exact(text.command_line(item)) if row.name == "command" else text.exact(item)
    return text.shorten(shown, _CUT) if style == "text" else shown


def jsonable(found: DiffTable) -> dict[str, Any]:
    """Return the table as JSON knows it: for each section {name: {run id: value}}."""
    return {
        "runs": [run.id for run in found.runs],
        **{
            section: {
                row.name: {
                    run.id: item
                    for run, item in zip(found.runs, row.values, strict=True)
                    if not isinstance(item, Missing)
                }
                for row in rows
            }
            for section, rows in found.sections.items()
        },
    }
