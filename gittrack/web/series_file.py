"""metrics.csv as arrays: a part of the file at a time, so that ten million points take little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from gittrack.core.errors import TrackError
from gittrack.core.run import series

Array = np.ndarray[Any, np.dtype[Any]]
MOST_POINTS = 20_000_000  # of a run; they take 480 MB
_PART = 1 << 20  # bytes


class Series(NamedTuple):
    """The points of one metric in the order of logging: three arrays of one length."""

    steps: Array
    values: Array
    times: Array


class TooManyPoints(TrackError):
    """A run has more points than the page can hold."""


def parse(data: bytes | Iterable[bytes]) -> dict[str, Series]:
    """Return {metric: points} of a metrics.csv, which may come in parts.

    Raises ValueError, with its number, for a damaged line, and TooManyPoints.
    """
    header = series.HEADER.encode()
    line = 1
    count = 0
    columns: dict[str, tuple[list[Array], list[Array], list[Array]]] = {}
    for part in _whole_lines(_slices(data) if isinstance(data, bytes) else data):
        body = part.removeprefix(header) if line == 1 else part
        line += body is not part
        text = body.decode("utf-8", "surrogatepass")
        for name, points in (_plain(text) or _any(text, line)).items():
            count += len(points.steps)
            for arrays, array in zip(columns.setdefault(name, ([], [], [])), points, strict=True):
                arrays.append(array)
        line += text.count("\n")
        if count > MOST_POINTS:
            raise TooManyPoints(
                f"it has more than {MOST_POINTS:,} points, too many for the page",
                "see them with: git track plot",
            )
    return {name: Series(*map(_emptied, arrays)) for name, arrays in columns.items()}


def _emptied(arrays: list[Array]) -> Array:
    """Return arrays as one, and forget them, so that they do not take the memory twice."""
    joined = np.concatenate(arrays)
    arrays.clear()
    return joined


def _slices(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _PART] for start in range(0, len(data), _PART))


def _whole_lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the data in parts that end with a line; the last one may end without."""
    waiting = b""
    pieces: list[bytes] = []
    size = 0
    for part in parts:
        pieces.append(part)
        size += len(part)
        end = part.rfind(b"\n") + 1
        if size >= _PART and end:
            yield b"".join((waiting, *pieces[:-1], part[:end]))
            waiting, pieces, size = part[end:], [], len(part) - end
    if rest := b"".join((waiting, *pieces)):
        yield rest


def _plain(text: str) -> dict[str, Series]:
    """Return the points of lines without quotes, nearly all of which are; empty if these are not."""
    if '"' in text or "\\" in text or not text.endswith("\n"):
        return {}
    cells = text[:-1].replace("\n", ",").split(",")
    if len(cells) != 4 * text.count("\n"):
        return {}
    try:
        steps, values, times = (
            np.fromiter(map(float, cells[column::4]), np.float64) for column in (0, 2, 3)
        )
    except (ValueError, OverflowError):
        return {}
    numbers = {name: number for number, name in enumerate(dict.fromkeys(cells[1::4]))}
    of_line = np.fromiter(map(numbers.__getitem__, cells[1::4]), np.int64)
    return {
        name: Series(steps[rows], values[rows], times[rows])
        for name, number in numbers.items()
        for rows in [np.flatnonzero(of_line == number)]
    }


def _lines(text: str) -> list[str]:
    """Return the lines; only a line feed ends one, because a name may hold other breaks."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:][: bool(lines[-1])]


def _any(text: str, line: int) -> dict[str, Series]:
    """Return the points of any lines; ``line`` is the number of the first one."""
    columns: dict[str, tuple[list[float], list[float], list[float]]] = {}
    for number, content in enumerate(_lines(text), line):
        try:
            ((step, name, value, seconds),) = series.parse([content])
            numbers = (float(step), float(value), float(seconds))
        except (ValueError, OverflowError):
            raise ValueError(f"line {number} is not 'step,name,value,time'") from None
        column = columns.setdefault(name, ([], [], []))
        for cells, cell in zip(column, numbers, strict=True):
            cells.append(cell)
    return {
        name: Series(*(np.array(cells, dtype=np.float64) for cells in column))
        for name, column in columns.items()
    }
