"""The differences among several runs, with a column for each run."""

from __future__ import annotations

from gittrack.analysis.differences import DiffRow, DiffTable
from gittrack.core.run.commit_message import Missing
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any
from gittrack.show.terminal import table, text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.difference import equal_line, unrecorded_line

SECTIONS = {
    "params": "params",
    "metrics": "metrics",
    "media": "media",
    "run": "command, seed and tags",
    "inputs": "inputs",
    "env": "environment and packages",
    "code": "code",
}
_CUT = 32


def page(differences: DiffTable, sections: Sequence[str] = (), style: str = "text") -> str:
    """Return a table for each section in which the runs differ, and one line for the equal sections."""
    names = [name for name in SECTIONS if not sections or name in sections]
    blocks = [_block(name, differences, style) for name in names if differences.sections[name]]
    silent = {"media"} - set(sections)  # most runs have no media
    equal = [SECTIONS[name] for name in names if name in differences.equal and name not in silent]
    if rest := equal_line(equal) + unrecorded_line(differences.unrecorded, names):
        blocks.append(rest)
    return "\n".join(blocks)


def heading(run: RunInfo) -> str:
    """Return the heading of a run's column: its name, or its short id."""
    return text.shorten(text.escape(run.name or short_id(run.id)), 20)


def _block(name: str, differences: DiffTable, style: str) -> str:
    rows = [
        [text.escape(row.name), *(_cell(row, item, style) for item in row.values)]
        for row in differences.sections[name]
    ]
    heads = [SECTIONS[name], *map(heading, differences.runs)]
    body = table.render(
        table.Table(heads, rows, [False, *[name == "metrics"] * len(differences.runs)]), style
    )
    return f"### {SECTIONS[name]}\n\n{body}" if style == "md" else body


def _cell(row: DiffRow, item: Any, style: str) -> str:
    if isinstance(item, Missing):
        return "-"
    if row.name == "code" and isinstance(item, str):
        return item[:12]
    if isinstance(item, float):
        return text.value(item, 6)
    content = text.exact(text.command_line(item)) if row.name == "command" else text.exact(item)
    return text.shorten(content, _CUT) if style == "text" else content


def jsonable(differences: DiffTable) -> dict[str, Any]:
    """Return the differences as a mapping for JSON: for each section {name: {run id: value}}."""
    return {
        "runs": [run.id for run in differences.runs],
        **{
            section: {
                row.name: {
                    run.id: item
                    for run, item in zip(differences.runs, row.values, strict=True)
                    if not isinstance(item, Missing)
                }
                for row in rows
            }
            for section, rows in differences.sections.items()
        },
    }
