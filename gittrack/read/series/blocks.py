"""metrics.csv as arrays, a block of lines at a time: ten million points take little time and memory.

The numbers are those that `core.run.series.parse` reads: an int stays an int, and each float is the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gittrack.core.run import series
from gittrack.core.standard.collections import Iterable, Iterator, Mapping, Sequence
from gittrack.read.series.decimals import AFTER, BEFORE, EXACT, Array, CellText, Numbers

_LONGEST_NAME = 512  # bytes
_CELLS = np.frombuffer(b",,,\n", np.uint8)
_USUAL = np.frombuffer(b",,.,.\n", np.uint8)  # of a line such as 3,loss,0.25,1.234


class PointColumns(NamedTuple):
    """Points of one metric in the order of logging; three columns of one length.

    A column is an array of ints or floats; or a list, if the array would not hold each number as it is.
    """

    steps: Array | list[float]
    values: Array | list[float]
    times: Array | list[float]


def blocks(parts: Iterable[bytes]) -> Iterator[Mapping[str, PointColumns]]:
    """Yield the points of a metrics.csv, by metric, a block of lines at a time.

    Parameters
    ----------
    parts : iterable of bytes
        The content of the file, in pieces of any size.

    Raises
    ------
    ValueError
        If a line is not a point; the error has its number.
    """
    line = 1
    header = series.HEADER.encode()
    for part in series.whole_parts(parts):
        body = part.removeprefix(header) if line == 1 else part
        line += body is not part
        if body:
            body = body if body.endswith(b"\n") else body + b"\n"
            block = _plain(body) or _any(body, line)
            yield block
            line += sum(len(points.steps) for points in block.values())


class GrowingColumn:
    """A column that comes in parts, as the one array that NumPy makes of all its numbers.

    The parts are copied into one array that grows, because many small arrays would keep their memory after
    they were joined.
    """

    def __init__(self) -> None:
        self._array = np.empty(0, np.int64)
        self._size = 0
        self._numbers: list[float] | None = (
            None  # all of them, if an array would not hold each as it is
        )

    def __len__(self) -> int:
        return self._size if self._numbers is None else len(self._numbers)

    def add(self, part: Array | list[float]) -> None:
        """Add the next numbers."""
        if self._numbers is None and not isinstance(part, list):
            end = self._size + len(part)
            if self._array.dtype != part.dtype:
                kind = part.dtype if not self._size else np.float64
                self._array = self._array[: self._size].astype(kind)
            if end > len(self._array):
                self._array.resize(end + end // 4, refcheck=False)
            self._array[self._size : end] = part
            self._size = end
            return
        if self._numbers is None:
            self._numbers = self._array[: self._size].tolist()
        self._numbers += listed(part)

    def array(self) -> Array:
        """Return the array; nothing can be added afterwards."""
        if self._numbers is not None:
            return np.array(self._numbers)
        self._array.resize(self._size, refcheck=False)
        return self._array if self._size else np.empty(0)


def listed(column: Array | list[float]) -> list[float]:
    """Return the numbers of a column as those of Python."""
    return column if isinstance(column, list) else column.tolist()


def _plain(body: bytes) -> dict[str, PointColumns]:
    """Return the points of lines without quotes, nearly all of which are; empty if these are not."""
    if b'"' in body or b"\\" in body:
        return {}
    text = CellText(b"0" * BEFORE + body + b"0" * AFTER)
    cells = _cells(text)
    if cells is None:
        return {}
    (first, second, third, last), points = cells
    try:
        steps = text.numbers(np.append(BEFORE, last[:-1] + 1), first, points[0])
        values = text.numbers(second + 1, third, points[1])
        times = text.numbers(third + 1, last, points[2]).floats
        return {
            name: PointColumns(_column(steps, rows), _column(values, rows), times[rows])
            for name, rows in _rows_of_names(text, first + 1, second).items()
        }
    except ValueError:  # `_any` knows whether a line is damaged, and which one
        return {}


def _cells(text: CellText) -> tuple[Array, Sequence[Array]] | None:
    """Return where the four cells of each line end, and the decimal points of its three numbers.

    None if a line has not four cells.
    """
    is_mark = (text.bytes == ord(",")) | (text.bytes == ord(".")) | (text.bytes == ord("\n"))
    marks = np.flatnonzero(is_mark)
    kinds = text.bytes[marks]
    if len(marks) % len(_USUAL) == 0 and (kinds.reshape(-1, len(_USUAL)) == _USUAL).all():
        first, second, value_point, third, time_point, last = marks.reshape(-1, len(_USUAL)).T
        return np.array([first, second, third, last]), (first, value_point, time_point)
    is_point = kinds == ord(".")
    ends, places = marks[~is_point], np.append(marks[is_point], len(text.data))
    if len(ends) % 4 or (text.bytes[ends].reshape(-1, 4) != _CELLS).any():
        return None
    columns = ends.reshape(-1, 4).T
    begins = (np.append(BEFORE, columns[3][:-1] + 1), columns[1] + 1, columns[2] + 1)
    return columns, [places[np.searchsorted(places, begin)] for begin in begins]


def _column(numbers: Numbers, rows: Array | slice) -> Array:
    """Return the numbers of some rows.  Raises ValueError if an array does not hold each as it is."""
    is_int = numbers.is_int[rows]
    if is_int.all():
        return numbers.ints[rows]
    if is_int.any() and np.abs(numbers.ints[rows][is_int]).max() > EXACT:
        raise ValueError("ints among floats")
    return numbers.floats[rows]


def _rows_of_names(text: CellText, starts: Array, ends: Array) -> dict[str, Array | slice]:
    """Return the rows of each name, in the order of the first ones.  Raises ValueError for a long name."""
    lengths = ends - starts
    if int(lengths.max()) > _LONGEST_NAME:
        raise ValueError("a long name")
    words = [lengths.astype(np.uint64), *text.words(starts, ends)]
    if all((word == word[0]).all() for word in words):
        return {text.data[starts[0] : ends[0]].decode("utf-8", "surrogatepass"): slice(None)}
    mixed = np.zeros(len(starts), np.uint64)
    for word in words:
        mixed = (mixed ^ word) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    _, first, number = np.unique(mixed, return_index=True, return_inverse=True)
    if any((word != word[first][number]).any() for word in words):
        raise ValueError("two names with one hash")
    order = np.argsort(number.astype(np.uint32), kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(number))[:-1])
    cells = [text.data[start:end] for start, end in zip(starts[first], ends[first], strict=True)]
    names = [cell.decode("utf-8", "surrogatepass") for cell in cells]
    return {names[index]: groups[index] for index in np.argsort(first).tolist()}


def _any(body: bytes, line: int) -> dict[str, PointColumns]:
    """Return the points of any lines; ``line`` is the number of the first one."""
    columns: dict[str, tuple[list[float], list[float], list[float]]] = {}
    for number, text in enumerate(series.text_lines(body), line):
        try:
            ((step, name, value, seconds),) = series.parse([text])
        except ValueError:
            raise ValueError(f"line {number} is not 'step,name,value,time'") from None
        column = columns.get(name) or columns.setdefault(name, ([], [], []))
        for cells, cell in zip(column, (step, value, seconds), strict=True):
            cells.append(cell)
    return {name: PointColumns(*map(_compact, column)) for name, column in columns.items()}


def _compact(numbers: list[float]) -> Array | list[float]:
    """Return numbers as an array if it holds each as it is."""
    kinds = set(map(type, numbers))
    if kinds == {float} or (kinds == {int} and min(numbers) >= -(2**63) and max(numbers) < 2**63):
        return np.array(numbers)
    return numbers
