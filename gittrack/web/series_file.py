"""metrics.csv as arrays: a part of the file at a time, so that ten million points take little memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from gittrack.core.run import series

Array = np.ndarray[Any, np.dtype[Any]]
_PART = 1 << 20  # bytes


class Series(NamedTuple):
    """The points of one metric in the order of logging: three arrays of one length."""

    steps: Array
    values: Array
    times: Array


def parse(data: bytes) -> dict[str, Series]:
    """Return {metric: points} of a metrics.csv.  Raises ValueError, with its number, for a damaged line."""
    header = series.HEADER.encode()
    body = data.removeprefix(header)
    line = 1 + data.startswith(header)
    columns: dict[str, list[Series]] = {}
    for part in _parts(body):
        text = part.decode("utf-8", "surrogatepass")
        for name, points in (_plain(text) or _any(text, line)).items():
            columns.setdefault(name, []).append(points)
        line += text.count("\n")
    return {
        name: Series(*(np.concatenate(arrays) for arrays in zip(*points, strict=True)))
        for name, points in columns.items()
    }


def _parts(data: bytes) -> Iterator[bytes]:
    """Yield the data in parts that end with a line."""
    start = 0
    while start < len(data):
        end = len(data)
        if end - start > _PART:
            end = data.find(b"\n", start + _PART) + 1 or end
        yield data[start:end]
        start = end


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
