"""A table as terminal text, Markdown or CSV."""

from __future__ import annotations

from itertools import chain, islice

from gittrack.core.standard.collections import Callable, Iterable, Iterator, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple, TextIO
from gittrack.show.terminal import text

MANY = 1024  # rows; more are not kept in memory
_SHORTEST = 12  # characters of a shortened name


class Table(NamedTuple):
    """A table of text.

    Attributes
    ----------
    heads, rows : sequence
        The headings, and the cells of each row.
    right : sequence of bool
        Which columns hold numbers and are aligned to the right; missing entries are False.
    left_out : sequence of str
        The names of the columns that did not fit.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[bool] = ()
    left_out: Sequence[str] = ()


class _Rows(Sequence[Sequence[str]]):
    """Rows that are made again whenever they are iterated."""

    def __init__(self, count: int, make: Callable[[], Iterable[Sequence[str]]]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Sequence[str]]:
        return iter(self._make())

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]


def rows_of(count: int, make: Callable[[], Iterable[Sequence[str]]]) -> Sequence[Sequence[str]]:
    """Return the ``count`` rows that a function makes; very many are made whenever they are needed."""
    return list(make()) if count <= MANY else _Rows(count, make)


def render(table: Table, style: str = "text") -> str:
    """Return the table in a style: ``text``, ``md`` or ``csv``; each line ends with a line break."""
    return "".join(lines(table, style))


def lines(table: Table, style: str = "text") -> Iterator[str]:
    """Yield the text that `render` returns in parts: in the style ``text``, each line for itself."""
    if style == "csv":
        yield from _csv(table)
    elif style == "md":
        yield _markdown(table)
    else:
        # Not aligned by tabulate, because its import takes longer than listing 10,000 runs.
        for line in text.aligned(table.heads, table.rows, table.right):
            yield line + "\n"


def fit_columns(
    table: Table,
    yielding: Mapping[int, str],
    width: int | None,
    *,
    shrinking: Sequence[int] = (),
    first: int = 0,
) -> Table:
    """Return the table with the columns that fit, and the names of the others in ``left_out``.

    Parameters
    ----------
    table : Table
        The whole table.
    yielding : mapping
        The columns that may be left out: {position: name}, in the order in which they are left out.
    width : int or None
        The width of the terminal; None leaves the table unchanged.
    shrinking : sequence of int
        The positions of columns whose cells may be shortened, to 12 characters at least.
    first : int
        How many columns of ``yielding`` are left out before cells are shortened.
    """
    if width is None:
        return table
    widths = dict(enumerate(_widths(table)))  # of the columns that are not left out
    short: dict[int, list[str]] = {}  # the cells of columns that were shortened
    removed = 0
    for position in (None, *yielding):
        if position is not None:
            removed += 1
            widths.pop(position)
        for other in shrinking if removed >= first else ():
            if other in widths and _excess(widths, width) > 0 and widths[other] > _SHORTEST:
                cells = short.get(other) or [row[other] for row in table.rows]
                short[other] = _shortened(cells, _excess(widths, width))
                widths[other] = max(map(text.width, (table.heads[other], *short[other])))
        if _excess(widths, width) <= 0:
            break
    left_out = [yielding[position] for position in sorted(list(yielding)[:removed])]
    return _of_columns(table, list(widths), short)._replace(left_out=[*left_out, *table.left_out])


def _widths(table: Table) -> list[int]:
    widths = list(map(text.width, table.heads))
    for row in table.rows:
        widths = list(map(max, widths, map(text.width, row)))
    return widths


def _excess(widths: Mapping[int, int], width: int) -> int:
    """Return by how many characters the lines of columns, two spaces apart, are too long."""
    return sum(widths.values()) + 2 * (len(widths) - 1) - width


def _shortened(cells: Sequence[str], excess: int) -> list[str]:
    """Return the cells of a column, of which the long ones are shortened by ``excess`` characters."""
    longest = max(map(text.width, cells), default=0)
    most = max(_SHORTEST, longest - excess)
    return [text.shorten(cell, most) for cell in cells]


def _of_columns(table: Table, positions: Sequence[int], short: Mapping[int, list[str]]) -> Table:
    """Return the table with some of its columns; some of them have other cells."""
    right = [*table.right, *[False] * len(table.heads)]
    rows = [
        [short[position][at] if position in short else row[position] for position in positions]
        for at, row in enumerate(table.rows)
    ]
    return Table(
        [table.heads[position] for position in positions],
        rows,
        [right[position] for position in positions],
    )


def _csv(table: Table) -> Iterator[str]:
    import io  # noqa: PLC0415

    out = io.StringIO()
    every = chain([table.heads], table.rows)
    while some := list(islice(every, MANY)):
        write_csv(some, out)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def write_csv(rows: Iterable[Sequence[str]], out: TextIO) -> None:
    """Write rows as CSV; unlike `csv`, quote cells with a carriage return."""
    import csv  # noqa: PLC0415

    plain = csv.writer(out, lineterminator="\n")
    quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        (quoting if any("\r" in cell for cell in row) else plain).writerow(row)


def _markdown(table: Table) -> str:
    import tabulate  # noqa: PLC0415 - 80 ms, and a listing does not need it

    rows = [[cell.replace("|", "\\|") for cell in row] for row in table.rows]
    heads = [head.replace("|", "\\|") for head in table.heads]
    sides = ["right" if number else "left" for number in (*table.right, *[False] * len(heads))]
    aligned = sides[: len(heads)]
    body = tabulate.tabulate(
        rows, heads, "pipe", disable_numparse=True, colalign=aligned if rows else None
    )
    return body + "\n"
