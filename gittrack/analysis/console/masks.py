"""What a line of console output says about time, place and chance, replaced by a mark.

Two runs of one program print other times, addresses and temporary names.  A mask replaces these.  It must not
hide a result, so a text is only replaced if it can be what its form says: a date must be a day of the run, a
clock time must fall into the run, a duration must be possible within the run.  Everything else is compared.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gittrack.analysis.console.forms import CHECKS, LABEL, LABELLED, MASKS, SHAPES, may_be_result
from gittrack.analysis.span import Span

MARK = "\x00"  # no program prints it in a line of text
_ZEROS = str.maketrans("123456789", "000000000")
_ZERO_BYTES = bytes.maketrans(b"123456789", b"000000000")
COUNTED = re.compile(r"\b\d[\d.]*(?:[eE][-+]?\d+)?")  # a number, to be counted
_MOST_SHAPES = 10_000
_AROUND = re.compile(rf"[ \t]*{MARK}[ \t]*")
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")


class Shape(NamedTuple):
    """What lines have in common that are equal but for their digits.

    Attributes
    ----------
    places : tuple of (int, int)
        The texts that a mask may replace.
    numbers : int
        How many numbers stand elsewhere.
    doubtful : tuple of int
        The indices of those places whose text may be a result all the same.
    form : str
        The line without the places, and without how many digits its numbers have.
    """

    places: tuple[tuple[int, int], ...]
    numbers: int
    doubtful: tuple[int, ...]
    form: str


class Masks:
    """The masks for the lines of one run.

    Notes
    -----
    Most lines of a console have one of a few shapes: they are equal but for their digits.  The places of a
    shape at which a mask may apply are searched once.  A line of that shape is then only checked there.
    """

    def __init__(self, span: Span) -> None:
        self.span = span
        self.shapes: dict[bytes, Shape] = {}

    def apply(self, line: str) -> tuple[str, int]:
        """Return a line with `MARK` for each time, place or name made by chance, and the number of marks."""
        values, _ = self.values(line)
        if values is None:
            return self._search(line)
        if not values:
            return line, 0
        pieces, end = [], 0
        for start, stop in values:
            pieces += [line[end:start], MARK]
            end = stop
        return _AROUND.sub(MARK, "".join(pieces) + line[end:]), len(values)

    def values(self, line: str) -> tuple[list[tuple[int, int]] | None, Shape]:
        """Return (start, end) of each text that a mask replaces, and the shape of the line.

        The first is None if a text is not what it looks like, so that only `apply` finds the others.
        """
        key = line.encode(errors="surrogateescape").translate(_ZERO_BYTES)
        shape = self.shapes.get(key)
        if shape is None:
            shape = self._add_shape(key, line.translate(_ZEROS))
        values = []
        for start, stop in shape.places:
            match = MASKS.match(line, start)
            if match is None or match.end() != stop or not self._holds(match):
                return None, shape
            if match.lastgroup in LABELLED:
                start += len(_label(match))
            values.append((start, stop))
        return values, shape

    def _add_shape(self, key: bytes, line: str) -> Shape:
        if len(self.shapes) > _MOST_SHAPES:
            self.shapes.clear()
        matches = list(SHAPES.finditer(line))
        masked = SHAPES.sub(MARK, line)
        numbers = len(COUNTED.findall(masked))
        form = re.sub("0+", "0", _AROUND.sub(MARK, masked))
        doubtful = tuple(n for n, match in enumerate(matches) if may_be_result(match))
        shape = Shape(tuple(match.span() for match in matches), numbers, doubtful, form)
        self.shapes[key] = shape
        return shape

    def _search(self, line: str) -> tuple[str, int]:
        """Return the same as `apply`, by a search of the whole line."""
        count = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal count
            label = _label(match)
            if self._holds(match):
                count += 1
                return label + MARK
            return label + MASKS.sub(replace, match[0][len(label) :]) if label else match[0]

        masked = MASKS.sub(replace, line)
        return (_AROUND.sub(MARK, masked), count) if count else (line, 0)

    def _holds(self, match: re.Match[str]) -> bool:
        """Return whether a text can be what its form says."""
        check = CHECKS.get(match.lastgroup or "")
        return check is None or check(match, self.span)


def mask(line: str, span: Span) -> tuple[str, int]:
    """Return a masked line and the number of its marks, see `Masks.apply`."""
    return Masks(span).apply(line)


def _label(match: re.Match[str]) -> str:
    """Return the text in front of a masked value, which is compared."""
    label = LABEL.match(match[0]) if match.lastgroup in LABELLED else None
    return label[0] if label else ""


def visible(line: str) -> str:
    """Return what a terminal shows of a line: no escapes, and of overwritten text only the end."""
    if "\x1b" in line:
        line = _ESCAPES.sub("", line)
    if "\b" in line:
        line = line[line.rfind("\b") + 1 :]
    if "\r" in line:
        line = line.rstrip("\r")
        line = line[line.rfind("\r") + 1 :]
    return line
