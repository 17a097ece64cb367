"""Files in which a program writes its metrics: JSON, JSON lines or CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Iterator, Mapping
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.core.values import check_name

STEPS = ("step", "global_step", "iteration", "iter", "epoch", "round", "batch")
_MOST_BYTES = 256 << 20


class Metrics(NamedTuple):
    """The content of a file: points as (step, values), and final values."""

    points: list[tuple[float | None, dict[str, float]]]
    final: dict[str, float]
    left_out: int  # values that are not numbers, or whose names no metric can have

    @property
    def names(self) -> list[str]:
        """The names of the metrics, in the order of the file."""
        return list(dict.fromkeys([name for _, point in self.points for name in point])) or list(
            self.final
        )


def read(path: str) -> Metrics:
    """Return the metrics in a file; its content decides which format it has.

    Parameters
    ----------
    path : str
        A JSON object (final values; inner objects give names with ``/``) or a list of objects (points), JSON
        lines (a name that ends with .jsonl or .ndjson has them always), or a CSV with a header.  The step of
        a point is its ``step``, ``global_step``, ``iteration``, ``epoch``, ``round`` or ``batch``, in any
        case, else its number.

    Returns
    -------
    Metrics

    Raises
    ------
    TrackError
        If the file cannot be read, or has none of these formats.
    """
    try:
        if os.path.getsize(path) > _MOST_BYTES:
            raise TrackError(f"{path} is over 256 MiB", "write fewer points")
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise TrackError(f"{path} cannot be read: {error}", "check the path")
    return parse(text, path)


def digest(path: str, size: int | None = None) -> bytes:
    """Return a digest of the first ``size`` bytes of a file; of a file that cannot be read, of none."""
    most = _MOST_BYTES if size is None else min(size, _MOST_BYTES)
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read(most)).digest()
    except OSError:
        return hashlib.sha256().digest()


def parse(text: str, path: str) -> Metrics:
    """Return the metrics in a text; see `read`."""
    start = text.lstrip()[:1]
    if not start:
        return Metrics([], {}, 0)
    if start not in "{[":
        return _points(_csv_rows(text, path))
    if start == "{" and path.endswith((".jsonl", ".ndjson")):
        return _points(_json_lines(text, path))
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return _points(_json_lines(text, path))
    if isinstance(content, dict):
        final, left_out = _numbers(content)
        return Metrics([], final, left_out)
    return _points(content)


def _json_lines(text: str, path: str) -> Iterator[Any]:
    lines = [line for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            if number < len(lines):  # the last line may be incomplete
                raise TrackError(
                    f"line {number} of {path} is not JSON", "write a JSON object in each line"
                )


def _csv_rows(text: str, path: str) -> Iterator[dict[str, Any]]:
    sample = text[:4096]
    delimiter = max(",;\t", key=sample.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    try:
        names = [name.strip() for name in rows.fieldnames or () if name.strip()]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise TrackError(f"{path} has two columns {twice!r}", "give each column its own name")
        for row in rows:
            yield {key.strip(): cell for key, cell in row.items() if key and cell not in ("", None)}
    except csv.Error as error:
        raise TrackError(f"{path} is not CSV: {error}", "write a header and rows of numbers")


def _points(rows: Iterable[Any]) -> Metrics:
    points: list[tuple[float | None, dict[str, float]]] = []
    left_out = 0
    for row in rows:
        if not isinstance(row, Mapping):
            left_out += 1
            continue
        values, count = _numbers(row)
        left_out += count
        names = {name.lower(): name for name in values}
        key = next((names[name] for name in STEPS if name in names), None)
        step = None if key is None else values.pop(key)
        if step is not None and not math.isfinite(step):
            step, left_out = None, left_out + 1
        if values:
            points.append((step, values))
    return Metrics(points, {}, left_out)


def _numbers(
    row: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> tuple[dict[str, float], int]:
    """Return the numbers of a nested mapping, named by their paths, and how many values are left out."""
    numbers: dict[str, float] = {}
    left_out = 0
    for key, value in row.items():
        if isinstance(value, Mapping) and depth < 16:
            inner, count = _numbers(value, f"{prefix}{key}/", depth + 1)
            numbers.update(inner)
            left_out += count
            continue
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise ValueError
            numbers[check_name(f"{prefix}{key}", "metric")] = float(value)
        except (ValueError, OverflowError, TrackError):
            left_out += 1
    return numbers, left_out
