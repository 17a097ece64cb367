"""Write runs as a chunk of the index: each line of a body becomes a value of a column.

A body that is not plain, such as a truncated one, is odd: its run is looked up in its record instead.
"""

from __future__ import annotations

import re
from array import array
from binascii import crc32
from itertools import accumulate
from operator import itemgetter
from types import MappingProxyType

from gittrack.core.scalars import scalar_text
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.read.index import columns
from gittrack.read.index.chunk import (
    CHECKS,
    COMMITS,
    EXPERIMENTS,
    IDS,
    METRICS,
    ODD,
    STARTS,
    Extent,
    record_of,
)
from gittrack.read.index.writing import metric_names
from gittrack.read.runs.reader import Raw

_PARTS = (b"count", b"last", b"max", b"min", b"step")
_SUMMARY = rb"\{%s\}" % b", ".join([b'"%s": ([^,}\n]+)' % part for part in _PARTS])
_METRIC = re.compile(b"^%s$" % _SUMMARY, re.MULTILINE)
_METRICS = b"metrics."
_OFTEN = 32  # bodies with the same keys, until they are split by a pattern
_PATTERNS = 8  # at most
_BLOCK = 256  # bodies
Layout = tuple[bytes, ...]  # the keys of the lines of a body
Texts = tuple[Sequence[int], Sequence[bytes]]  # rows, in ascending order, and the text of each


def encoded(
    raws: Sequence[Raw],
    offset: int,
    *,
    with_bodies: bool,
    complete: Mapping[int, bytes] = MappingProxyType({}),
) -> tuple[bytes, Extent]:
    """Return the content of a chunk, and where its table of contents will be: see `EncodedRuns`."""
    return EncodedRuns(raws, complete).at(offset, with_bodies=with_bodies)


class EncodedRuns:
    """The columns of a chunk, which do not depend on where it will be.

    Parameters
    ----------
    raws : sequence of Raw
        The runs, newest first, with their bodies.
    complete : mapping
        {row: complete body} of runs whose body is truncated.
    """

    def __init__(self, raws: Sequence[Raw], complete: Mapping[int, bytes]) -> None:
        self._raws = raws
        self._columns: list[_Column] = []
        bodies = [complete.get(row, raw.body or b"") for row, raw in enumerate(raws)]
        texts, odd = _texts(bodies)
        for name, (rows, lines) in sorted(texts.items()):
            self._add_texts(name, rows, lines)
        names = {name: scalar_text(name).encode() for name in {raw.experiment for raw in raws}}
        experiments = [names[raw.experiment] for raw in raws]
        self._add_texts(EXPERIMENTS, range(len(raws)), experiments)
        keys = metric_names.keys_of_rows(raws, complete, frozenset(odd))
        if keys:
            self._add_texts(METRICS, list(keys), list(keys.values()))
        self._add(ODD, columns.INTEGERS, array("q", odd).tobytes(), len(odd))
        self._add(IDS, "B", "".join(raw.id for raw in raws).encode(), 24 * len(raws))
        commits = "".join(str(raw.commit) for raw in raws).encode()
        self._add(COMMITS, "B", commits, len(commits))

    def _add(self, name: bytes, kind: str, content: bytes, count: int) -> None:
        self._columns.append(_Column(name, kind, count, content, crc32(content)))

    def _add_texts(self, name: bytes, rows: Sequence[int], texts: Sequence[bytes]) -> None:
        """Add the column of some values of the bodies."""
        some = rows if len(rows) < len(self._raws) else None
        kind, content = columns.encoded(texts, some, part=b":" in name)
        self._add(name, kind, content, len(rows))

    def at(self, offset: int, *, with_bodies: bool) -> tuple[bytes, Extent]:
        """Return the content of the chunk, and where its table of contents will be.

        Parameters
        ----------
        offset : int
            Where the chunk will be in the file.
        with_bodies : bool
            Whether the records get the bodies.
        """
        records = [record_of(raw, with_body=with_bodies) for raw in self._raws]
        starts = array("q", accumulate(map(len, records), initial=offset))
        of_records = [
            _column(STARTS, columns.INTEGERS, starts),
            _column(CHECKS, "I", array("I", map(crc32, records))),
        ]
        at, contents = starts[-1], [b""]
        for name, kind, count, content, check in (*of_records, *self._columns):
            line = f"\t{kind} {count} {at} {len(content)} {check}"
            contents.append(name + line.encode())
            at += len(content)
        table = b"\n".join((*contents, b""))
        parts = [column.content for column in (*of_records, *self._columns)]
        extent = Extent(at, len(table), crc32(table), len(records))
        return b"".join((*records, *parts, table)), extent


class _Column(NamedTuple):
    """A column of a chunk, with its checksum."""

    name: bytes
    kind: str
    items: int
    content: bytes
    check: int


def _column(name: bytes, kind: str, numbers: array[int]) -> _Column:
    content = numbers.tobytes()
    return _Column(name, kind, len(numbers), content, crc32(content))


def _texts(bodies: Sequence[bytes]) -> tuple[dict[bytes, Texts], list[int]]:
    """Return {name of a column: (rows, texts)}, and the rows whose body is odd.

    Most runs have the same keys as others: their bodies are split by one pattern.
    """
    parts: dict[bytes, list[Texts]] = {}
    odd: list[int] = []
    patterns, others = _by_layout(bodies)
    for pattern in patterns:
        for name, texts in zip(pattern.names, pattern.columns, strict=True):
            parts.setdefault(name, []).append((pattern.rows, texts))
    for layout, (rows, values) in others.items():
        if not _is_usual(layout):
            odd += rows
            continue
        plain, columns_of_layout = _transposed(layout, values)
        if len(plain) < len(rows):
            odd += {*rows}.difference(rows[at] for at in plain)
            rows = [rows[at] for at in plain]
        for name, column in columns_of_layout if rows else ():
            parts.setdefault(name, []).append((rows, column))
    merged = _Merging()
    return {name: merged(of_name) for name, of_name in parts.items()}, sorted(odd)


def _by_layout(
    bodies: Sequence[bytes],
) -> tuple[list[_Pattern], dict[Layout, tuple[list[int], list[Sequence[bytes]]]]]:
    """Return patterns with their bodies, and {keys of the lines: (rows, values)} of the other bodies."""
    patterns: list[_Pattern] = []
    others: dict[Layout, tuple[list[int], list[Sequence[bytes]]]] = {}
    for row, body in enumerate(bodies):
        if row % _BLOCK == 0:
            for pattern in patterns:
                pattern.transpose()
        if any(pattern.takes(row, body) for pattern in patterns):
            continue
        lines = body.strip(b"\n").split(b"\n") if body.endswith(b"\n") else [body]
        pairs = [line.partition(b": ") for line in lines]
        layout = tuple([key if colon else b"\t" for key, colon, _ in pairs])
        rows, values = others.setdefault(layout, ([], []))
        rows.append(row)
        values.append([text for _, _, text in pairs])
        is_new = all(pattern.layout != layout for pattern in patterns)
        if len(rows) == _OFTEN and is_new and len(patterns) < _PATTERNS and _is_usual(layout):
            patterns.append(_Pattern(layout))
            fitting = [patterns[-1].takes(row, bodies[row]) for row in rows]
            others[layout] = _without(fitting, rows), _without(fitting, values)
    for pattern in patterns:
        pattern.transpose()
    return patterns, others


def _without(fitting: Sequence[bool], items: Sequence[Any]) -> list[Any]:
    return [item for item, fits in zip(items, fitting, strict=True) if not fits]


class _Pattern:
    """Splits bodies with the same keys; a metric has a text for each part of its summary."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.names: list[bytes] = []
        self.rows: list[int] = []
        lines = []
        for key in layout:
            is_metric = key.startswith(_METRICS)
            lines.append(re.escape(key) + b": " + (_SUMMARY if is_metric else b"(.*)"))
            self.names += [b"%s:%s" % (key, part) for part in _PARTS] if is_metric else [key]
        self.columns: list[list[bytes]] = [[] for _ in self.names]
        self._match = re.compile(b"\n+%s\n+" % b"\n".join(lines)).fullmatch
        self._waiting: list[tuple[bytes, ...]] = []

    def takes(self, row: int, body: bytes) -> bool:
        """Return whether a body has these keys, and summaries in the usual order; such a body is taken."""
        match = self._match(body)
        if match:
            self.rows.append(row)
            self._waiting.append(match.groups())
        return match is not None

    def transpose(self) -> None:
        """Put the texts of the bodies into columns, of few bodies at a time: while they are in the cache."""
        for column, texts in zip(self.columns, zip(*self._waiting, strict=True), strict=False):
            column += texts
        self._waiting = []


def _transposed(
    layout: Layout, values: Sequence[Sequence[bytes]]
) -> tuple[Sequence[int], list[tuple[bytes, Sequence[bytes]]]]:
    """Return which runs of a layout are plain, and the names and the texts of their columns.

    A metric has a column for each part.  A run is odd if a summary is not numbers in the usual order.
    """
    plain: Sequence[int] = range(len(values))
    named: list[tuple[bytes, Sequence[bytes]]] = []
    for index, key in enumerate(layout) if plain else ():
        texts = [values[at][index] for at in plain]
        if not key.startswith(_METRICS):
            named.append((key, texts))
            continue
        parts = _METRIC.findall(b"\n".join(texts))
        if len(parts) < len(texts):
            fitting = [at for at in plain if _METRIC.fullmatch(values[at][index])]
            again, named = _transposed(layout, [values[at] for at in fitting])
            return [fitting[at] for at in again], named
        names = (b"%s:%s" % (key, part) for part in _PARTS)
        named += zip(names, zip(*parts, strict=True), strict=True)
    return plain, named


def _is_usual(layout: Layout) -> bool:
    """Return whether the keys are those of a complete body that gittrack wrote."""
    joined = b"\n".join(layout)
    try:
        joined.decode()
    except UnicodeDecodeError:
        return False
    return (
        len(set(layout)) == len(layout)
        and b"truncated" not in layout
        and b"format" in layout
        and not any(mark in joined for mark in (b"\t", b":", b"*", b"\0", b"\r"))
    )


class _Merging:
    """Puts texts of several layouts into the order of the rows; most columns have the same layouts."""

    def __init__(self) -> None:
        self._orders: dict[tuple[int, ...], tuple[list[int], Callable[[list[bytes]], Any]]] = {}

    def __call__(self, parts: Sequence[Texts]) -> Texts:
        """Return the rows of the parts of a column in ascending order, with their texts."""
        if len(parts) == 1:
            return parts[0]
        # All columns of a layout have the same list of rows.
        layouts = tuple([id(rows) for rows, _ in parts])
        if layouts not in self._orders:
            rows = [row for of_part, _ in parts for row in of_part]
            order = sorted(range(len(rows)), key=rows.__getitem__)
            self._orders[layouts] = [rows[at] for at in order], itemgetter(*order)
        ascending, in_order = self._orders[layouts]
        return ascending, in_order([text for _, texts in parts for text in texts])
