"""Print results, notes and tables: width, colours, pager, and characters that could steer a terminal."""

from __future__ import annotations

import os
import sys

from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.show.terminal.text import escape

if TYPE_CHECKING:
    from gittrack.analysis.direction import Direction

_COLOURS = {"green": "32", "red": "31", "dim": "2", "bold": "1", "yellow": "33"}


def print_result(text: str) -> None:
    """Print a result on stdout; on a terminal that is too small for it, through the user's pager."""
    if sys.stdout.isatty():
        text = escape_controls(text)
    data = text.encode("utf-8", "backslashreplace")
    sys.stdout.flush()
    if sys.stdout.isatty() and text.count("\n") >= os.get_terminal_size(1).lines - 1:
        from gittrack.cli import pager  # noqa: PLC0415 - people see it, programs never

        if pager.show(data):
            return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def print_parts(parts: Iterable[str]) -> None:
    """Print a result that may be very long, in parts; on a terminal, the same as `print_result`."""
    if sys.stdout.isatty():
        print_result("".join(parts))
        return
    sys.stdout.flush()
    for part in parts:
        sys.stdout.buffer.write(part.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def print_note(text: str) -> None:
    """Print a line for people on stderr, so that it does not mix with the result."""
    sys.stderr.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


def escape_controls(text: str) -> str:
    """Return text that is safe for a terminal.

    Every character that could steer the terminal is escaped, except the colours of `paint` and of
    charts. Values of runs are escaped here and not earlier, because CSV and JSON have to be exact.
    """
    pieces = re.split(r"(\x1b\[(?:[34]8;5;\d{1,3}|[0-79;]*)m)", text)  # no 8, which hides text
    for index in range(0, len(pieces), 2):
        pieces[index] = "\n".join(map(escape, pieces[index].split("\n")))
    return "".join(pieces)


def table_width(style: str = "text") -> int | None:
    """Return the width that a table has to fit into, in columns.

    Parameters
    ----------
    style : str
        The output format; only ``"text"`` (the default) has a limited width.

    Returns
    -------
    int or None
        The width of the terminal. None (no limit) for other formats, and for a file or a pipe.
    """
    return os.get_terminal_size(1).columns if style == "text" and sys.stdout.isatty() else None


def more_runs_line(count: int, total: int) -> str:
    """Return a line that says that ``count`` of ``total`` runs are not listed; nothing if all are."""
    return f"{count} more: add -n {total}\n" if count > 0 else ""


def hidden_columns_line(names: Sequence[str], options: str = "--csv") -> str:
    """Return a line that names the hidden columns of a table; nothing if there are none.

    Parameters
    ----------
    names : sequence of str
        The columns that did not fit.
    options : str
        The options that show them, for the user (``--csv``).
    """
    if not names:
        return ""
    columns = ", ".join(map(escape, names[:8])) + (", ..." if len(names) > 8 else "")
    return f"not shown: {columns} ({options})\n"


def order_line(direction: Direction, ranked: int) -> str:
    """Return a line that says which run is first and why.

    Nothing if an option of the user chose the direction, or if fewer than two runs are ranked.
    """
    if ranked < 2 or direction.is_given:
        return ""
    first, other, option = ("smallest", "largest", "--max")
    if not direction.smallest:
        first, other, option = ("largest", "smallest", "--min")
    change = f"; for the {other}: add {option}" if direction.assumed else ""
    return f"the {first} is first, because {escape(direction.reason)}{change}\n"


def paint_lines(text: str, styles: Sequence[str]) -> str:
    """Return the text with each line in its style; an empty or missing style changes nothing."""
    lines = text.splitlines()
    padded = [*styles, *[""] * len(lines)]
    return "".join(paint(line, style) + "\n" for line, style in zip(lines, padded, strict=False))


def paint_line(line: str, style: str) -> str:
    """Return a line, which ends with a line break, in a style."""
    return paint(line[:-1], style) + "\n" if style else line


def paint(text: str, style: str) -> str:
    """Return the text in a style (``green``, ``red``, ``dim``, ``bold``, ``yellow``).

    The text is returned unchanged if stdout is not a terminal, or if NO_COLOR or TERM=dumb is set.
    """
    if not style or not text or not has_colours():
        return text
    return f"\x1b[{_COLOURS[style]}m{text}\x1b[m"


def has_colours() -> bool:
    """Return whether stdout is a terminal with colours, and the user wants them."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not is_plain


def report_damage(damaged: int, total: int, newer: Sequence[str] = ()) -> int:
    """Warn on stderr if runs cannot be read; return the exit status (1 if there are any, else 0).

    Parameters
    ----------
    damaged, total : int
        The number of runs that cannot be read, and of all.
    newer : sequence of str
        The ids of the runs of a newer format, which are named but not damaged.
    """
    if newer or damaged:
        sys.stdout.flush()
    if newer:
        names = ", ".join(name[-8:] for name in newer[:8]) + (", ..." if len(newer) > 8 else "")
        count = "1 run was" if len(newer) == 1 else f"{len(newer)} runs were"
        print_note(
            f"note: {count} written by a newer gittrack, so values may be missing: {names};"
            " update gittrack"
        )
    if damaged:
        print_note(f"warning: {damaged} of {total} runs are damaged; see: git track doctor")
    return 1 if damaged else 0
