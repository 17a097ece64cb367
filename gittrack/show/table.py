"""A table as terminal text, Markdown or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gittrack.show import text


class Table(NamedTuple):
    """Cells of text below heads; ``right`` says which columns hold numbers, ``left_out`` what had no room."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[bool] = ()
    left_out: Sequence[str] = ()


def render(table: Table, style: str = "text") -> str:
    """Return the table in a style: ``text``, ``md`` or ``csv``; each line ends with a line break."""
    if style == "csv":
        return _csv(table)
    if style == "md":
        return _markdown(table)
    # Aligned here and not by tabulate, whose import takes longer than listing 10,000 runs.
    return "".join(line + "\n" for line in text.columns([table.heads, *table.rows], table.right))


def _csv(table: Table) -> str:
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([table.heads, *table.rows])
    return out.getvalue()


def _markdown(table: Table) -> str:
    import tabulate  # noqa: PLC0415 - 80 ms that a listing has no use for

    rows = [[cell.replace("|", "\\|") for cell in row] for row in table.rows]
    heads = [head.replace("|", "\\|") for head in table.heads]
    sides = ["right" if number else "left" for number in (*table.right, *[False] * len(heads))]
    aligned = sides[: len(heads)]
    made = tabulate.tabulate(
        rows, heads, "pipe", disable_numparse=True, colalign=aligned if rows else None
    )
    return made + "\n"
