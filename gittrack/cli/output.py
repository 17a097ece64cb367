"""What several verbs share: how a result is printed, and the options for that."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence

from gittrack.analysis.direction import MAX, MIN, OPTION, Direction
from gittrack.core.errors import TrackError
from gittrack.show.terminal.text import escape


def add_formats(parser: argparse.ArgumentParser, *styles: str) -> None:
    """Add ``--json`` and the like; ``args.style`` is the one chosen, ``text`` by default."""
    group = parser.add_mutually_exclusive_group()
    told = {"json": "JSON, a stable format", "csv": "CSV", "md": "Markdown"}
    for style in styles:
        group.add_argument(
            f"--{style}", dest="style", action="store_const", const=style, help=f"as {told[style]}"
        )
    parser.set_defaults(style="text")


def add_where(parser: argparse.ArgumentParser) -> None:
    """Add ``-w QUERY``."""
    parser.add_argument(
        "-w",
        "--where",
        metavar="QUERY",
        help='only runs that match: "val_accuracy > 0.9 and lr < 0.1"',
    )


def add_archived(parser: argparse.ArgumentParser) -> None:
    """Add ``--archived``."""
    parser.add_argument("--archived", action="store_true", help="archived runs too")


def add_goal(parser: argparse.ArgumentParser) -> None:
    """Add ``--min`` and ``--max``; ``args.goal`` is ``min``, ``max``, or None if neither is given."""
    group = parser.add_mutually_exclusive_group()
    for goal, best in ((MIN, "smallest"), (MAX, "largest")):
        told = f"the {best} is the best"
        group.add_argument(f"--{goal}", dest="goal", action="store_const", const=goal, help=told)


def positive(text: str) -> int:
    """Return a count of at least 1, for argparse."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def apart(hint: str, *options: tuple[str, object]) -> None:
    """Raise TrackError where two of the options are given, of which one would be of no effect.

    ``options`` are pairs of how each is written and whether it is given.
    """
    given = [name for name, there in options if there]
    if len(given) > 1:
        raise TrackError(f"{given[0]} and {given[1]} do not go together", hint, code=2)


def out(text: str) -> None:
    """Print a result; on a terminal that it does not fit, through the user's pager."""
    if sys.stdout.isatty():
        text = harmless(text)
    data = text.encode("utf-8", "backslashreplace")
    sys.stdout.flush()
    if sys.stdout.isatty() and text.count("\n") >= os.get_terminal_size(1).lines - 1:
        from gittrack.cli import pager  # noqa: PLC0415 - people see it, programs never

        if pager.show(data):
            return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def harmless(text: str) -> str:
    """Return text for a terminal: every character that could steer it is escaped, except our colours.

    Tables in CSV and the like are exact, so this is where values of runs become harmless.
    """
    pieces = re.split(r"(\x1b\[[0-79;]*m)", text)  # no 8, which hides text
    for place in range(0, len(pieces), 2):
        pieces[place] = "\n".join(map(escape, pieces[place].split("\n")))
    return "".join(pieces)


def room(style: str = "text") -> int | None:
    """Return the width that a table has to fit into; None for other styles, and for a file or a pipe."""
    return os.get_terminal_size(1).columns if style == "text" and sys.stdout.isatty() else None


def cut_off(count: int, total: int) -> str:
    """Return a line on the runs that a listing was too short for, or nothing."""
    return f"{count} more: add -n {total}\n" if count > 0 else ""


def left_out(names: Sequence[str], ways: str = "--csv") -> str:
    """Return a line on what had no room in a table and the options that show it, or nothing."""
    if not names:
        return ""
    told = ", ".join(map(escape, names[:8])) + (", ..." if len(names) > 8 else "")
    return f"not shown: {told} ({ways})\n"


def ranking_order(chosen: Direction, ranked: int) -> str:
    """Return a line on which of ``ranked`` runs is first and why, if no option says it; else nothing."""
    if ranked < 2 or chosen.source == OPTION:
        return ""
    first, other, option = ("smallest", "largest", "--max")
    if not chosen.smallest:
        first, other, option = ("largest", "smallest", "--min")
    ways = f"; for the {other}: add {option}" if chosen.assumed else ""
    return f"the {first} is first, because {escape(chosen.reason)}{ways}\n"


def note(text: str) -> None:
    """Print a remark for people on stderr, where it does not mix with the result."""
    sys.stderr.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


def paint_lines(text: str, styles: Sequence[str]) -> str:
    """Return lines, each in its style; an empty one leaves it as it is."""
    lines = text.splitlines()
    told = [*styles, *[""] * len(lines)]
    return "".join(paint(line, style) + "\n" for line, style in zip(lines, told, strict=False))


def paint(text: str, style: str) -> str:
    """Return the text coloured (``green``, ``red``, ``dim``, ``bold``) where stdout is a terminal."""
    if not style or not text:
        return text
    codes = {"green": "32", "red": "31", "dim": "2", "bold": "1", "yellow": "33"}
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{codes[style]}m{text}\x1b[m"


def report_damage(damaged: int, total: int) -> int:
    """Say on stderr how many runs cannot be read; return the exit status that goes with it."""
    if damaged:
        sys.stdout.flush()
        note(f"warning: {damaged} of {total} runs are damaged; see: git track doctor")
    return 1 if damaged else 0
