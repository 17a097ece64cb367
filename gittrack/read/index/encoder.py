"""Write runs as a chunk of the index: each line of a body becomes a value of a column.

A body that is not plain, such as a truncated one, is odd: its run is looked up in its record instead.
"""

from __future__ import annotations

import re
from array import array
from binascii import crc32
from collections.abc import Iterable, Sequence

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
Layout = tuple[bytes, ...]  # the keys of the lines of a body


def encoded(raws: Sequence[Raw], offset: int, *, with_bodies: bool) -> tuple[bytes, Extent]:
    """Return the content of a chunk, and where its table of contents will be.

    Parameters
    ----------
    raws : sequence of Raw
        The runs, newest first, with their bodies.
    offset : int
        Where the chunk will be in the file.
    with_bodies : bool
        Whether the records get the bodies.
    """
    chunk = _Writer(offset, len(raws))
    chunk.add_records([record_of(raw, with_body=with_bodies) for raw in raws])
    texts, odd = _texts(raws)
    for key, (rows, lines) in sorted(texts.items()):
        chunk.add_line(key, rows, lines)
    chunk.add_line(
        EXPERIMENTS, range(len(raws)), [scalar_text(raw.experiment).encode() for raw in raws]
    )
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

    def add_line(self, key: bytes, rows: Sequence[int], texts: Sequence[bytes]) -> None:
        """Add the column of a line of the bodies, or a column for each part of a metric."""
        if not key.startswith(b"metrics."):
            self._add_texts(key, rows, texts, part=False)
            return
        parts = zip(*_METRIC.findall(b"\n".join(texts)), strict=True)
        for part, part_texts in zip(_PARTS, parts, strict=True):
            self._add_texts(b"%s:%s" % (key, part), rows, part_texts, part=True)

    def _add_texts(
        self, name: bytes, rows: Sequence[int], texts: Sequence[bytes], *, part: bool
    ) -> None:
        some = rows if len(rows) < self.rows else None
        self.add_fixed(name, *columns.encoded(texts, some, part=part), len(rows))

    def finished(self) -> tuple[bytes, Extent]:
        """Return the chunk."""
        contents = b"\n" + b"\n".join(self.contents) + b"\n"
        extent = Extent(self.offset, len(contents), crc32(contents), self.rows)
        return b"".join((*self.parts, contents)), extent


def _texts(
    raws: Sequence[Raw],
) -> tuple[dict[bytes, tuple[list[int], list[bytes]]], list[int]]:
    """Return {key: (rows, texts)} of all lines, and the rows whose body is odd.

    Most runs have the same keys as another one: such runs are transposed together.
    """
    layouts: dict[Layout, tuple[list[int], list[list[bytes]]]] = {}
    odd: list[int] = []
    for row, raw in enumerate(raws):
        pairs = [line.partition(b": ") for line in (raw.body or b"").strip(b"\n").split(b"\n")]
        layout = tuple([key if colon else b"\t" for key, colon, _ in pairs])
        rows, lines = layouts.setdefault(layout, ([], []))
        rows.append(row)
        lines.append([text for _, _, text in pairs])
    texts: dict[bytes, tuple[list[int], list[bytes]]] = {}
    for layout, (rows, lines) in layouts.items():
        fitting = _plain(layout, rows, lines, odd)  # if empty, there are no columns
        for key, column in zip(
            layout, zip(*(lines[at] for at in fitting), strict=True), strict=False
        ):
            all_rows, all_texts = texts.setdefault(key, ([], []))
            all_rows.extend(rows[at] for at in fitting)
            all_texts.extend(column)
    return {key: _in_order(*pair) for key, pair in texts.items()}, sorted(odd)


def _plain(
    layout: Layout, rows: Sequence[int], lines: Sequence[Sequence[bytes]], odd: list[int]
) -> Sequence[int]:
    """Return which runs of a layout are plain; the rows of the others go to ``odd``."""
    usual = _is_usual(layout)
    metrics = [index for index, key in enumerate(layout) if key.startswith(b"metrics.")]
    fitting = []
    for at, texts in enumerate(lines):
        if usual and all(_METRIC.match(texts[index]) for index in metrics):
            fitting.append(at)
        else:
            odd.append(rows[at])
    return fitting


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


def _in_order(rows: list[int], texts: list[bytes]) -> tuple[list[int], list[bytes]]:
    """Return rows in ascending order, with their texts."""
    if all(map(int.__lt__, rows, rows[1:])):
        return rows, texts
    pairs: Iterable[tuple[int, bytes]] = sorted(zip(rows, texts, strict=True))
    ordered, lines = zip(*pairs, strict=True)
    return list(ordered), list(lines)
