"""The content of JSON, JSON lines and CSV without the times of the run that they store.

A value is left out only if it can be a time of that run: a moment within it, or, under a name such as
``fit_time``, a duration that fits into it.  The names of all values that were left out are returned, because
one of them may be a result.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import Any

from gittrack.analysis.span import Span
from gittrack.analysis.volatile import is_volatile, words
from gittrack.core.run.run_info import from_iso
from gittrack.core.standard.collections import Iterable, Iterator, Sequence

LIMIT = 4 << 20  # bytes; a larger file is compared by its bytes
_MOST_PARTS = 4_000_000  # of values in pickles that may be times
_MARK = "\0time"
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T @_]\d\d:\d\d(:\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
_OFFSET = re.compile(r"(?:Z|UTC|[+-]\d\d:?\d\d)$")
_LARGEST_EPOCH = {1e11: 1.0, 1e14: 1e3, 1e17: 1e6, 1e20: 1e9}  # below it: units per second
_UNITS = {"ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0, "mins": 60.0, "minutes": 60.0}
_HOURS = ("h", "hours")
_MEMORY = ("memory", "rss")
_RATES = ("per_s", "per_sec", "per_second", "sps", "fps")


class Omissions:
    """Decides which values are times of a run, and collects the names of those.

    If the time of the run is not known, no value is a time of it.
    """

    def __init__(self, span: Span | None) -> None:
        self.is_known = span is not None
        self.span = span or Span(0.0, 0.0)
        self.names: dict[str, None] = {}
        self.unpacked = 0  # bytes, of the archives so far
        self.parts_left = _MOST_PARTS

    def is_time(self, name: str, value: object) -> bool:
        """Return whether a value is a time of the run; its name is then remembered."""
        if not self.is_known:
            return False
        if isinstance(value, str):
            holds = self._is_moment(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            holds = self._is_epoch(float(value)) or self._is_duration(name, float(value))
        else:
            holds = False
        if holds:
            self.names.setdefault(name)
        return holds

    def are_times(self, name: str, values: Iterable[object]) -> bool:
        """Return whether all values, at least one, are times of the run; their name is then remembered."""
        alone = Omissions(self.span if self.is_known else None)
        holds = all(alone.is_time(name, value) for value in values) and bool(alone.names)
        self.names |= alone.names if holds else {}
        return holds

    def _is_moment(self, text: str) -> bool:
        if not _DATE_TIME.fullmatch(text):
            return False
        zone = _OFFSET.search(text)
        plain = text[: zone.start()].rstrip() if zone else text
        plain = f"{plain[:10]} {plain[11:].replace(',', '.')[:15]}"
        try:
            moment = from_iso(f"{plain}Z")
        except ValueError:
            return False
        # A named zone is checked as any other: the moment is in the run in one of them.
        is_minute = text[11:].count(":") == 1 or ":" not in text[14:19]
        near = self.span._replace(started=self.span.started - 60) if is_minute else self.span
        return near.has_in_some_zone(moment)

    def _is_epoch(self, number: float) -> bool:
        if not 1e9 <= number < 1e20:
            return False
        unit = next(unit for limit, unit in _LARGEST_EPOCH.items() if number < limit)
        return self.span.has(number / unit)

    def _is_duration(self, name: str, number: float) -> bool:
        last = name.rpartition(".")[2]
        if not (math.isfinite(number) and number >= 0 and is_volatile(last)):
            return False
        if is_volatile(last, (*_MEMORY, *_RATES)):
            return True
        unit = words(last)[-1]
        seconds = 3600.0 if unit in _HOURS else _UNITS.get(unit, 1.0)
        return number * seconds <= self.span.longest


def json_content(data: bytes, omissions: Omissions) -> bytes | None:
    """Return a JSON value, or one JSON value a line, without times; None for other content."""
    if len(data) > LIMIT:
        return None
    try:
        text = data.decode("utf-8-sig")
        try:
            values = [json.loads(text, object_pairs_hook=_mapping)]
        except ValueError:
            lines = filter(str.strip, text.splitlines())
            values = [json.loads(line, object_pairs_hook=_mapping) for line in lines]
        plain = [_without_times(value, "", omissions) for value in values]
        return (
            b"\n".join(json.dumps(value).encode() for value in plain) if omissions.names else None
        )
    except (ValueError, RecursionError):
        return None


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a mapping of JSON.  Raises ValueError if a name occurs twice: one value would be lost."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a name occurs twice")
    return mapping


def _without_times(value: Any, name: str, omissions: Omissions) -> Any:
    """Return a value of JSON with a mark in place of each time; ``name`` is the dotted path to it."""
    if isinstance(value, dict):
        inner = f"{name}." if name else ""
        return {k: _without_times(item, f"{inner}{k}", omissions) for k, item in value.items()}
    if isinstance(value, list):
        return [_without_times(item, name, omissions) for item in value]
    return _MARK if omissions.is_time(name, value) else value


def csv_content(data: bytes, delimiter: str, omissions: Omissions) -> bytes | None:
    """Return the rows of a table without its columns of times; None if it has none, or no header."""
    if len(data) > LIMIT:
        return None
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter))
    except (ValueError, csv.Error):
        return None
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return None
    if any(_number(cell) is not None for cell in rows[0]):
        return None
    left_out = {
        column
        for column, name in enumerate(rows[0])
        if _is_column_of_times(name, [row[column] for row in rows[1:]], omissions)
    }
    if not left_out:
        return None
    return json.dumps(list(_without_columns(rows, left_out))).encode()


def _is_column_of_times(name: str, cells: Sequence[str], omissions: Omissions) -> bool:
    values = [cell if (number := _number(cell)) is None else number for cell in cells if cell]
    return omissions.are_times(name, values)


def _without_columns(rows: list[list[str]], left_out: set[int]) -> Iterator[list[str]]:
    yield rows[0]
    for row in rows[1:]:
        yield [_MARK if n in left_out and cell else cell for n, cell in enumerate(row)]


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
