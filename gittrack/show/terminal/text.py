"""Values as text for people: escaped, short, aligned."""

from __future__ import annotations

import math
from itertools import chain

from gittrack.core.run.commit_message import Missing
from gittrack.core.scalars import flow_text, is_shown
from gittrack.core.standard.collections import Iterable, Iterator, Sequence
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any

_UNSAFE = (  # compiled when first needed: most text is plain
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]"
)
_STEPS = ((60, "s"), (3600, "min"), (86400, "h"), (86400 * 365, "d"), (float("inf"), "y"))


def escape(text: str, *, keep: str = "") -> str:
    r"""Return text with an escape, such as ``\\x1b``, for each character that can control a terminal.

    Parameters
    ----------
    text : str
        Text from a run.
    keep : str
        The characters to leave as they are, such as a line break and a tab in a log; none by default.
    """
    if is_shown(text):
        return text

    def escaped(match: re.Match[str]) -> str:
        char = match[0]
        if char in keep:
            return char
        code = ord(char)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"

    return re.sub(_UNSAFE, escaped, text)


def value(item: Any, digits: int = 5) -> str:
    """Return a param or metric value as short text; floats have ``digits`` significant digits."""
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
    exponent = int(math.log10(abs(item)))  # an int may be larger than any float
    return f"{item / 10**exponent:.{digits}g}e+{exponent}"


def distinct_numbers(numbers: Sequence[Any], digits: int = 5) -> list[str]:
    """Return numbers as text; different neighbours get as many digits as they need to look different.

    Parameters
    ----------
    numbers : sequence
        The numbers, in the order of a column.
    digits : int
        The smallest number of significant digits; 5 by default.
    """
    texts = [value(number, digits) for number in numbers]
    for more in range(digits + 1, 18):
        ambiguous = [
            index
            for index in range(len(numbers) - 1)
            if texts[index] == texts[index + 1] and numbers[index] != numbers[index + 1]
        ]
        if not ambiguous:
            break
        for index in {*ambiguous, *(index + 1 for index in ambiguous)}:
            texts[index] = value(numbers[index], more)
    return texts


def percent(share: float | None) -> str:
    """Return a change in percent: ``+2.0 %``, never ``+0.0 %``; empty if it is 0, infinite or unknown."""
    if not share or not math.isfinite(share):
        return ""
    rounded = f"{share:+.1f}"
    return f"{rounded if float(rounded) else f'{share:+.1g}'} %"


def plain(item: Any) -> str:
    """Return a value for programs: empty if missing, numbers with all digits, text unescaped."""
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
    """Return the words of a command as a line for a shell."""
    import shlex  # noqa: PLC0415 - a table of runs does not need it

    return shlex.join(words)


def shorten(text: str, width: int) -> str:
    """Return the text; if it is longer than ``width`` characters, cut it and end it with an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def duration(seconds: float | None) -> str:
    """Return a duration: ``0.42 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
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
    """Return an age in seconds as text: ``just now``, ``3 min ago``, ``2 d ago``."""
    if seconds < 5:
        return "just now" if seconds > -900 else "in the future"  # clocks of machines differ
    unit = 1
    for limit, name in _STEPS:
        if seconds < limit:
            return f"{int(seconds // unit)} {name} ago"
        unit = int(limit)
    return ""


def size(count: float) -> str:
    """Return a number of bytes: ``512 B``, ``1.5 MiB``."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        content = f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        if unit == "TiB" or (count < 1024 and not content.startswith("1024")):  # rounded up
            return content
        count /= 1024
    return ""


def width(text: str) -> int:
    """Return the number of terminal columns of a text: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - most text is ASCII

    wide = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return wide - sum(1 for char in text if combining(char))


def columns(rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> list[str]:
    """Return rows of cells as aligned lines, two spaces apart; ``right`` marks columns of numbers."""
    return list(aligned(rows[0], rows[1:], right)) if rows else []


def aligned(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool] = ()
) -> Iterator[str]:
    """Yield a head and rows as lines of `columns`; the rows are iterated twice, and none is kept."""
    widths = list(map(width, head))
    for row in rows:
        widths = list(map(max, widths, map(width, row)))
    every = [*right, *[False] * len(widths)]
    for row in chain([head], rows):
        cells = [
            " " * (wide - width(cell)) + cell if number else cell + " " * (wide - width(cell))
            for cell, wide, number in zip(row, widths, every, strict=False)
        ]
        yield "  ".join(cells).rstrip()
