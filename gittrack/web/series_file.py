"""metrics.csv as arrays of floats, for the page."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Iterator
from gittrack.read.series import blocks
from gittrack.read.series.decimals import Array

MOST_POINTS = 20_000_000  # of a run; they take 480 MB
_PART = 1 << 18  # bytes


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
    count = 0
    columns: dict[str, list[blocks.GrowingColumn]] = {}
    for block in blocks.blocks(_slices(data) if isinstance(data, bytes) else data):
        for name, points in block.items():
            count += len(points.steps)
            if name not in columns:
                columns[name] = [blocks.GrowingColumn() for _ in points]
            for column, part in zip(columns[name], points, strict=True):
                column.add(_floats(part))
        if count > MOST_POINTS:
            raise TooManyPoints(
                f"it has more than {MOST_POINTS:,} points, too many for the page",
                "see them with: git track plot",
            )
    return {name: Series(*(part.array() for part in parts)) for name, parts in columns.items()}


def _floats(column: Array | list[float]) -> Array:
    try:
        return np.asarray(column, np.float64)
    except OverflowError:
        raise ValueError("a whole number is larger than every float") from None


def _slices(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _PART] for start in range(0, len(data), _PART))
