"""A table as terminal text, Markdown or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gittrack.core.fast_typing import NamedTuple, TextIO
from gittrack.show.terminal import text

_SHORTEST = 12  # characters that are left of a name


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


def fit_columns(
    table: Table,
    yielding: Mapping[int, str],
    width: int | None,
    *,
    shrinking: Sequence[int] = (),
    first: int = 0,
) -> Table:
    """Return the table with the columns that there is room for, and in ``left_out`` the names of the others.

    ``yielding`` are the places and names of the columns that may go, in the order in which they do.  The
    cells of the columns in ``shrinking`` are shortened before any goes, except the ``first`` that go.
    """
    if width is None:
        return table
    for count in range(len(yielding) + 1):
        gone = list(yielding)[:count]
        made = _without(table, gone)
        for place in shrinking if count >= first else ():
            table = _shortened(table, place, _width(made) - width)
            made = _without(table, gone)
        if _width(made) <= width:
            break
    return made._replace(left_out=[*(yielding[at] for at in sorted(gone)), *table.left_out])


def _shortened(table: Table, place: int, excess: int) -> Table:
    """Return the table with the cells of one column shorter by ``excess``, if they are long."""
    if excess <= 0:
        return table
    longest = max((text.width(row[place]) for row in table.rows), default=0)
    most = max(_SHORTEST, longest - excess)
    rows = [
        [text.shorten(cell, most) if at == place else cell for at, cell in enumerate(row)]
        for row in table.rows
    ]
    return table._replace(rows=rows)


def _width(table: Table) -> int:
    return max(map(text.width, text.columns([table.heads, *table.rows], table.right)))


def _without(table: Table, gone: Sequence[int]) -> Table:
    kept = [at for at in range(len(table.heads)) if at not in gone]
    right = [*table.right, *[False] * len(table.heads)]
    rows = [[row[at] for at in kept] for row in table.rows]
    return Table([table.heads[at] for at in kept], rows, [right[at] for at in kept])


def _csv(table: Table) -> str:
    import io  # noqa: PLC0415

    out = io.StringIO()
    write_csv([table.heads, *table.rows], out)
    return out.getvalue()


def write_csv(rows: Iterable[Sequence[str]], out: TextIO) -> None:
    """Write rows as CSV; a cell with a carriage return is quoted too, which `csv` forgets."""
    import csv  # noqa: PLC0415

    plain = csv.writer(out, lineterminator="\n")
    quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        (quoting if any("\r" in cell for cell in row) else plain).writerow(row)


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
