"""Values as text for people: escaped, short, aligned."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from gittrack.core.fast_typing import Any
from gittrack.core.run.commit_message import Missing
from gittrack.core.scalars import flow_text

_UNSAFE = (  # compiled when first needed: most text is plain
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]"
)
_STEPS = ((60, "s"), (3600, "min"), (86400, "h"), (86400 * 365, "d"), (float("inf"), "y"))


def escape(text: str, *, keep: str = "") -> str:
    r"""Return text that came from a run with every character that could steer a terminal shown as ``\\x1b``.

    ``keep`` lists characters to leave alone, such as a line break and a tab in a log.
    """
    if text.isascii() and text.isprintable():
        return text

    def shown(match: re.Match[str]) -> str:
        char = match[0]
        if char in keep:
            return char
        code = ord(char)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"

    return re.sub(_UNSAFE, shown, text)


def value(item: Any, digits: int = 5) -> str:
    """Return a param or metric value, short: floats with ``digits`` significant digits."""
    if item is None or isinstance(item, Missing):
        return "-"
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float):
        return f"{item:.{digits}g}"
    if isinstance(item, str):
        return shorten(escape(item), 40)
    if isinstance(item, (dict, list)):
        return shorten(escape(flow_text(item)), 40)
    if abs(item) < 10**18:
        return str(item)
    exponent = int(math.log10(abs(item)))  # no float is as large as an int may be
    return f"{item / 10**exponent:.{digits}g}e+{exponent}"


def distinct_numbers(numbers: Sequence[Any], digits: int = 5) -> list[str]:
    """Return numbers with as many significant digits as tell different neighbours apart; 5 at least.

    Each pair of neighbours counts, in the given order, such as that of a leaderboard.
    """
    shown = [value(number, digits) for number in numbers]
    for more in range(digits + 1, 18):
        same = [
            place
            for place in range(len(numbers) - 1)
            if shown[place] == shown[place + 1] and numbers[place] != numbers[place + 1]
        ]
        if not same:
            break
        for place in {*same, *(place + 1 for place in same)}:
            shown[place] = value(numbers[place], more)
    return shown


def percent(share: float | None) -> str:
    """Return a change in percent: ``+2.0 %``; never ``+0.0 %``, and nothing if it is infinite or unknown."""
    if not share or not math.isfinite(share):
        return ""
    shown = f"{share:+.1f}"
    return f"{shown if float(shown) else f'{share:+.1g}'} %"


def plain(item: Any) -> str:
    """Return a value for a program to read: nothing for none, full precision, unescaped text."""
    if item is None or item == () or isinstance(item, Missing):
        return ""
    if isinstance(item, str):
        return item
    if isinstance(item, tuple):
        item = list(item)
    return repr(item) if isinstance(item, float) else flow_text(item)


def exact(item: Any) -> str:
    """Return a value in full, escaped."""
    if isinstance(item, Missing):
        return "(none)"
    return escape(item) if isinstance(item, str) else escape(flow_text(item))


def command_line(words: Sequence[str]) -> str:
    """Return a command line as one would type it."""
    import shlex  # noqa: PLC0415 - a table of runs has no use for it

    return shlex.join(words)


def shorten(text: str, width: int) -> str:
    """Return the text cut to ``width`` characters, the last one then being an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def duration(seconds: float | None) -> str:
    """Return a span of time: ``0.42 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.2g} s" if seconds < 1 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def age(seconds: float) -> str:
    """Return how long ago something was, given in seconds: ``just now``, ``3 min ago``, ``2 d ago``."""
    if seconds < 5:
        return "just now" if seconds > -60 else "in the future"
    unit = 1
    for limit, name in _STEPS:
        if seconds < limit:
            return f"{int(seconds // unit)} {name} ago"
        unit = int(limit)
    return ""


def size(count: float) -> str:
    """Return a number of bytes: ``512 B``, ``1.5 MiB``."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        shown = f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        if unit == "TiB" or (count < 1024 and not shown.startswith("1024")):  # rounded up
            return shown
        count /= 1024
    return ""


def width(text: str) -> int:
    """Return how many terminal columns a text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - most text is ASCII

    wide = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return wide - sum(1 for char in text if combining(char))


def columns(rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> list[str]:
    """Return rows of cells as aligned lines, two spaces apart; ``right`` marks columns of numbers."""
    if not rows:
        return []
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    aligned = [*right, *[False] * len(widths)]
    lines = []
    for row in rows:
        cells = [
            " " * (wide - width(cell)) + cell if number else cell + " " * (wide - width(cell))
            for cell, wide, number in zip(row, widths, aligned, strict=False)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
