"""Write runs as a chunk of the index: each line of a body becomes a value of a column.

A body that is not plain, such as a truncated one, is odd: its run is looked up in its record instead.
"""

from __future__ import annotations

import re
from array import array
from binascii import crc32
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from gittrack.core.scalars import scalar_text
from gittrack.read.index import columns
from gittrack.read.index.chunk import (
    CHECKS,
    COMMITS,
    EXPERIMENTS,
    IDS,
    ODD,
    STARTS,
    Extent,
    record_of,
)
from gittrack.read.runs.reader import Raw

_PARTS = (b"count", b"last", b"max", b"min", b"step")
_METRIC = re.compile(
    rb'^\{"count": ([^,}\n]+), "last": ([^,}\n]+), "max": ([^,}\n]+), "min": ([^,}\n]+), '
    rb'"step": ([^,}\n]+)\}$',
    re.MULTILINE,
)
_METRICS = b"metrics."
_OFTEN = 4  # bodies with the same keys, until they are split by a pattern
Layout = tuple[bytes, ...]  # the keys of the lines of a body
Texts = tuple[Sequence[int], Sequence[bytes]]  # rows, in ascending order, and the text of each


def encoded(
    raws: Sequence[Raw],
    offset: int,
    *,
    with_bodies: bool,
    complete: Mapping[int, bytes] = MappingProxyType({}),
) -> tuple[bytes, Extent]:
    """Return the content of a chunk, and where its table of contents will be.

    Parameters
    ----------
    raws : sequence of Raw
        The runs, newest first, with their bodies.
    offset : int
        Where the chunk will be in the file.
    with_bodies : bool
        Whether the records get the bodies.
    complete : mapping
        {row: complete body} of runs whose body is truncated.
    """
    chunk = _Writer(offset, len(raws))
    chunk.add_records([record_of(raw, with_body=with_bodies) for raw in raws])
    bodies = [complete.get(row, raw.body or b"") for row, raw in enumerate(raws)]
    texts, odd = _texts(bodies)
    for name, (rows, lines) in sorted(texts.items()):
        chunk.add_texts(name, rows, lines)
    experiments = [scalar_text(raw.experiment).encode() for raw in raws]
    chunk.add_texts(EXPERIMENTS, range(len(raws)), experiments)
    chunk.add_fixed(ODD, columns.INTEGERS, array("q", odd).tobytes(), len(odd))
    chunk.add_fixed(IDS, "B", "".join(raw.id for raw in raws).encode(), 24 * len(raws))
    commits = "".join(str(raw.commit) for raw in raws).encode()
    chunk.add_fixed(COMMITS, "B", commits, len(commits))
    return chunk.finished()


class _Writer:
    """Collects the parts of a chunk."""

    def __init__(self, offset: int, rows: int) -> None:
        self.offset, self.rows = offset, rows
        self.parts: list[bytes] = []
        self.contents: list[bytes] = []

    def add_records(self, records: Sequence[bytes]) -> None:
        """Add the record of each run, where they begin, and their checksums."""
        starts = array("q", [self.offset])
        for record in records:
            starts.append(starts[-1] + len(record))
        self.parts.extend(records)
        self.offset = starts[-1]
        self.add_fixed(STARTS, columns.INTEGERS, starts.tobytes(), len(starts))
        self.add_fixed(CHECKS, "I", array("I", map(crc32, records)).tobytes(), self.rows)

    def add_fixed(self, name: bytes, kind: str, content: bytes, count: int) -> None:
        """Add a column."""
        line = f"\t{kind} {count} {self.offset} {len(content)} {crc32(content)}"
        self.contents.append(name + line.encode())
        self.parts.append(content)
        self.offset += len(content)

    def add_texts(self, name: bytes, rows: Sequence[int], texts: Sequence[bytes]) -> None:
        """Add the column of some values of the bodies."""
        some = rows if len(rows) < self.rows else None
        kind, content = columns.encoded(texts, some, part=b":" in name)
        self.add_fixed(name, kind, content, len(rows))

    def finished(self) -> tuple[bytes, Extent]:
        """Return the chunk."""
        contents = b"\n" + b"\n".join(self.contents) + b"\n"
        extent = Extent(self.offset, len(contents), crc32(contents), self.rows)
        return b"".join((*self.parts, contents)), extent


def _texts(bodies: Sequence[bytes]) -> tuple[dict[bytes, Texts], list[int]]:
    """Return {name of a column: (rows, texts)}, and the rows whose body is odd.

    Most runs have the same keys as another one: such runs are transposed together.
    """
    texts: dict[bytes, Texts] = {}
    odd: list[int] = []
    for layout, (rows, values) in _by_layout(bodies).items():
        if not _is_usual(layout):
            odd += rows
            continue
        plain, columns_of_layout = _transposed(layout, values)
        if len(plain) < len(rows):
            odd += {*rows}.difference(rows[at] for at in plain)
            rows = [rows[at] for at in plain]
        for name, column in columns_of_layout:
            earlier = texts.get(name)
            texts[name] = _merged(*earlier, rows, column) if earlier else (rows, column)
    return texts, sorted(odd)


def _by_layout(bodies: Sequence[bytes]) -> dict[Layout, tuple[list[int], list[Sequence[bytes]]]]:
    """Return {keys of the lines: (rows, values of the lines)}.

    The lines of a body are split by one pattern if it has the keys of an earlier one.
    """
    layouts: dict[Layout, tuple[list[int], list[Sequence[bytes]]]] = {}
    pattern, often = None, layouts.setdefault((), ([], []))
    for row, body in enumerate(bodies):
        match = pattern.fullmatch(body) if pattern else None
        if match:
            often[0].append(row)
            often[1].append(match.groups())
            continue
        lines = body.strip(b"\n").split(b"\n") if body.endswith(b"\n") else [body]
        pairs = [line.partition(b": ") for line in lines]
        layout = tuple([key if colon else b"\t" for key, colon, _ in pairs])
        rows, values = layouts.setdefault(layout, ([], []))
        rows.append(row)
        values.append([text for _, _, text in pairs])
        if len(rows) == _OFTEN:
            often, lines = (rows, values), [re.escape(key) + b": (.*)" for key in layout]
            pattern = re.compile(b"\n+%s\n+" % b"\n".join(lines))
    return layouts


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


def _merged(
    rows: Sequence[int], texts: Sequence[bytes], more: Sequence[int], more_texts: Sequence[bytes]
) -> Texts:
    """Return the rows of two parts of a column in ascending order, with their texts."""
    pairs = sorted(zip((*rows, *more), (*texts, *more_texts), strict=True))
    ordered, lines = zip(*pairs, strict=True)
    return ordered, lines
