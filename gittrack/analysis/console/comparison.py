"""Whether two runs printed the same: their consoles compared line by line, and numbers as numbers.

What tells time, place and chance is left out (`gittrack.analysis.console.masks`), but only on lines that
differ.  Lines of stdout and of stderr are compared apart, because their order among each other is chance.  If
one console has both streams in one, it must be an interleaving of the streams of the other.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import NamedTuple

from gittrack.analysis.console.masks import COUNTED, Masks, Shape
from gittrack.analysis.console.streams import CUT, PrintedOutput, lines_of
from gittrack.analysis.span import Span
from gittrack.core.standard.collections import Callable, Sequence

_NUMBER = re.compile(r"((?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w))")
_INTEGER = re.compile(r"[-+]?\d+")
_MOST_EXAMPLES = 3
_MOST_FORMS = 100
_MOST_STATES = 200
_SAME, _CLOSE, _APART = 0, 1, 2


class LinePair(NamedTuple):
    """A line of the first console and its line in the second; None after the end. ``number`` is from 1."""

    number: int
    a: str | None
    b: str | None


class ConsoleComparison(NamedTuple):
    """How far two consoles are the same.

    Attributes
    ----------
    differing : tuple of LinePair
        The first lines that differ, at most three.
    close : bool
        Whether the lines differ only by numbers within the tolerance.
    lines, numbers : int
        How many lines, and numbers in them, were compared.
    masked : int
        How many lines tell times, places or chance that differ and were left out.
    examples : tuple of LinePair
        The first of the lines that `masked` counts, at most three.
    doubtful : tuple of LinePair
        Of the lines that `masked` counts and whose differing values may be results, the first of each form.
    limits : tuple of str
        Why equal lines do not prove equal consoles.
    """

    differing: tuple[LinePair, ...] = ()
    close: bool = False
    lines: int = 0
    numbers: int = 0
    masked: int = 0
    examples: tuple[LinePair, ...] = ()
    doubtful: tuple[LinePair, ...] = ()
    limits: tuple[str, ...] = ()


def compare(a: PrintedOutput, b: PrintedOutput, *, rtol: float, atol: float) -> ConsoleComparison:
    """Return how far two consoles are the same.

    Parameters
    ----------
    a, b : PrintedOutput
        What two runs printed.
    rtol, atol : float
        The tolerances for printed numbers, as for metrics.
    """
    first, second = lines_of(a), lines_of(b)
    matcher = _Matcher(a.span, b.span, rtol, atol)
    if len(first) == len(second) and (len(first) == 1 or first.keys() == second.keys()):
        pairs = zip(first.values(), second.values(), strict=True)
        for lines, others in pairs:
            matcher.compare(lines, others)
    elif len(first) == 1 or len(second) == 1:
        matcher.compare_interleaved(first, second)
    else:
        for stream in sorted({*first, *second}):
            matcher.compare(first.get(stream, []), second.get(stream, []))
    result = matcher.result()
    is_cut = CUT.search(a.text) or CUT.search(b.text)
    return result._replace(limits=(_LIMIT_OF_CUT,)) if is_cut else result


_LIMIT_OF_CUT = (
    "the console is longer than track.maxLogSize: only what was printed first could be compared"
)


class _Matcher:
    """Compares lines, and counts what it has compared."""

    def __init__(self, a: Span, b: Span, rtol: float, atol: float) -> None:
        self.masks = (Masks(a), Masks(b))
        self.rtol, self.atol = rtol, atol
        self.lines = self.numbers = self.masked = 0
        self.is_close = self.is_apart = False
        self.differing: list[LinePair] = []
        self.examples: list[LinePair] = []
        self.doubtful: dict[str, LinePair] = {}

    def result(self) -> ConsoleComparison:
        """Return the sum of all comparisons so far."""
        return ConsoleComparison(
            tuple(self.differing[:_MOST_EXAMPLES]),
            self.is_close and not self.is_apart,
            self.lines,
            self.numbers,
            self.masked,
            tuple(self.examples),
            tuple(self.doubtful.values())[:_MOST_FORMS],
        )

    def compare(self, lines: list[str], others: list[str]) -> None:
        """Compare two lists of lines in their order."""
        equal = []
        for number, (a, b) in enumerate(zip(lines, others, strict=False), 1):
            if a == b:
                equal.append(a)
            else:
                self._count(number, a, b)
        if len(lines) != len(others):
            number = min(len(lines), len(others))
            rest = (lines[number:] or [None])[0], (others[number:] or [None])[0]  # type: ignore[list-item]
            self._differ(LinePair(number + 1, *rest))
        self._count_equal(equal)

    def compare_interleaved(
        self, first: dict[int, list[str]], second: dict[int, list[str]]
    ) -> None:
        """Compare a console with both streams in one list with the two streams of the other."""
        is_first_whole = len(first) == 1
        whole = next(iter((first if is_first_whole else second).values()))
        apart = list((second if is_first_whole else first).values())
        order = _interleaving(whole, apart[0], apart[1], self._is_same(is_first_whole))
        merged = _merged(whole, apart, order)
        pair = (whole, merged) if is_first_whole else (merged, whole)
        self.compare(*pair)

    def _is_same(self, is_first_whole: bool) -> Callable[[str, str], bool]:
        def is_same(line: str, other: str) -> bool:
            pair = (line, other) if is_first_whole else (other, line)
            return line == other or self._level(*pair)[0] < _APART

        return is_same

    def _count(self, number: int, a: str, b: str) -> None:
        level, numbers, marks, shape = self._level(a, b)
        if level == _APART:
            self._differ(LinePair(number, a, b))
            return
        if level == _CLOSE:
            self.is_close = True
            self.differing.append(LinePair(number, a, b))
        if marks:
            self.masked += 1
            if len(self.examples) < _MOST_EXAMPLES:
                self.examples.append(LinePair(number, a, b))
            if shape.doubtful and shape.form not in self.doubtful:
                self._note_doubt(LinePair(number, a, b), shape)
        self.numbers += numbers
        self.lines += 1 if numbers or not marks else 0

    def _note_doubt(self, pair: LinePair, shape: Shape) -> None:
        """Remember the first pair of lines of a form whose left-out values may be results."""
        values, _ = self.masks[0].values(str(pair.a))
        others, _ = self.masks[1].values(str(pair.b))
        if values is None or others is None or len(values) != len(others):
            self.doubtful[shape.form] = pair
            return
        texts = [(values[n], others[n]) for n in shape.doubtful]
        if any(str(pair.a)[slice(*x)] != str(pair.b)[slice(*y)] for x, y in texts):
            self.doubtful[shape.form] = pair

    def _level(self, a: str, b: str) -> tuple[int, int, int, Shape]:
        """Return whether two lines are the same, close or apart; numbers, marks and shape of the first."""
        values, shape = self.masks[0].values(a)
        other_values = self.masks[1].values(b)[0] if values else None
        if values and other_values and _are_same_besides(a, values, b, other_values):
            return _SAME, shape.numbers, len(values), shape
        text, marks = self.masks[0].apply(a)
        other, other_marks = self.masks[1].apply(b)
        numbers = len(COUNTED.findall(text))
        if text == other:
            return _SAME, numbers, marks, shape
        if marks != other_marks:
            return _APART, numbers, marks, shape
        return self._numbers_level(text, other), numbers, marks, shape

    def _numbers_level(self, text: str, other: str) -> int:
        """Return whether two lines differ only by numbers, and whether all of these are close."""
        parts, others = _NUMBER.split(text), _NUMBER.split(other)
        if len(parts) != len(others) or parts[::2] != others[::2]:
            return _APART
        level = _SAME
        for written, other_written in zip(parts[1::2], others[1::2], strict=True):
            if written == other_written:
                continue
            if _INTEGER.fullmatch(written) and _INTEGER.fullmatch(other_written):
                return _APART  # a count, or the name of something
            x, y = float(written), float(other_written)
            gap = abs(x - y)
            if not (math.isfinite(gap) and gap <= self.atol + self.rtol * abs(y)):
                return _APART
            level = _CLOSE
        return level

    def _differ(self, pair: LinePair) -> None:
        if not self.is_apart:
            self.differing.clear()  # lines that are only close matter less
        self.is_apart = True
        self.differing.append(pair)

    def _count_equal(self, lines: list[str]) -> None:
        self.lines += sum(1 for line in lines if line.strip())
        self.numbers += len(COUNTED.findall("\n".join(lines)))


def _are_same_besides(
    a: str, values: Sequence[tuple[int, int]], b: str, other_values: Sequence[tuple[int, int]]
) -> bool:
    """Return whether two lines are the same besides masked values, and spaces around these."""
    if len(values) != len(other_values):
        return False
    end = other_end = 0
    for (start, stop), (other_start, other_stop) in zip(values, other_values, strict=True):
        text, other = a[end:start], b[other_end:other_start]
        if text != other and (not end or text.strip(" \t") != other.strip(" \t")):
            return False
        end, other_end = stop, other_stop
    return a[end:] == b[other_end:]


def _interleaving(
    whole: Sequence[str],
    first: Sequence[str],
    second: Sequence[str],
    same: Callable[[str, str], bool],
) -> list[int]:
    """Return how many lines of ``first`` stand in front of each line of ``whole``, as far as that fits."""
    steps: list[dict[int, int]] = [{0: 0}]  # lines of `first` so far -> the number before it
    for count, line in enumerate(whole):
        following: dict[int, int] = {}
        for first_count in steps[-1]:
            if first_count < len(first) and same(line, first[first_count]):
                following.setdefault(first_count + 1, first_count)
            if count - first_count < len(second) and same(line, second[count - first_count]):
                following.setdefault(first_count, first_count)
        if not following or len(following) > _MOST_STATES:
            break
        steps.append(following)
    first_count = max(steps[-1])
    path = [first_count]
    for step in reversed(steps[1:]):
        first_count = step[first_count]
        path.append(first_count)
    return path[::-1]


def _merged(whole: Sequence[str], apart: Sequence[list[str]], order: Sequence[int]) -> list[str]:
    """Return the lines of two streams in an order that fits, and then the rest of both."""
    first, second = apart
    merged = []
    for count, (before, after) in enumerate(pairwise(order)):
        merged.append(first[before] if after > before else second[count - before])
    first_count = order[-1]
    return merged + first[first_count:] + second[len(order) - 1 - first_count :]
