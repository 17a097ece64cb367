"""A chunk: some thousand runs in the file of the index, column by column, and a record of each run.

Everything that is read is compared with its checksum first.  The parts of a chunk, in their order:

    the record of each run: <commit id> <ref>LF<body>
    the columns, see `columns`
    a table of contents: LF<name>TAB<kind> <values> <start> <size> <checksum> for each column

The name of a column is the key of a line of the bodies, such as ``params.lr``, or for a part of a metric the
key and the part: ``metrics.loss:last``.  These names have more than letters: ``*records`` (where each record
begins), ``*checks`` (their checksums), ``*ids`` and ``*commits`` (texts of one width), ``*experiments`` (of
the refs), ``*odd`` (the rows that are only in the records), and ``*metrics`` (the names of the metrics of
runs whose messages leave them out, if the summaries are plain).
"""

from __future__ import annotations

import os
from binascii import crc32

from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.read.index import columns
from gittrack.read.index.columns import StoredColumn
from gittrack.read.runs.reader import Raw

STARTS, CHECKS, IDS, COMMITS = b"*records", b"*checks", b"*ids", b"*commits"
EXPERIMENTS, ODD, METRICS = b"*experiments", b"*odd", b"*metrics"


class DamagedIndex(Exception):
    """The index is damaged, or is not one: all is read from git, and the index is made again."""


class Extent(NamedTuple):
    """Where the table of contents of a chunk is in the file, its checksum, and the number of runs."""

    start: int
    size: int
    check: int
    rows: int


class RunChunk:
    """A chunk of an open file; its table of contents is read at once, and the rest when it is needed."""

    def __init__(self, handle: int, extent: Extent) -> None:
        self.handle = handle
        self.rows = extent.rows
        self._contents = checked(handle, extent.start, extent.size, extent.check)

    def column(self, name: bytes) -> StoredColumn | None:
        """Return how the column of a name is stored; None if no run of the chunk has it."""
        mark = b"\n%s\t" % name
        at = self._contents.find(mark)
        if at < 0:
            return None
        start = at + len(mark)
        words = self._contents[start : self._contents.find(b"\n", start)].split(b" ")
        return StoredColumn(words[0].decode(), int(words[1]), self.rows, *map(int, words[2:]))

    def names(self) -> list[bytes]:
        """Return the names of all columns, those of metrics once for each part."""
        lines = self._contents.split(b"\n")[1:-1]
        return [line.partition(b"\t")[0] for line in lines]

    def values(self, name: bytes) -> list[Any] | None:
        """Return the value of each row in a column; None if no run of the chunk has it."""
        column = self.column(name)
        if column is None:
            return None
        parse = columns.parsed_part if b":" in name else columns.parsed
        return columns.values(column, self.content(name), parse)

    def content(self, name: bytes) -> bytes:
        """Return the content of a column as it is stored; empty if there is none."""
        column = self.column(name)
        if column is None:
            return b""
        return checked(self.handle, column.start, column.size, column.check)

    def raws(self, rows: Sequence[int]) -> list[Raw]:
        """Return some runs, in the order of ``rows``."""
        starts = memoryview(self.content(STARTS)).cast("q")
        checks = memoryview(self.content(CHECKS)).cast("I")
        return [
            raw_of(checked(self.handle, starts[row], starts[row + 1] - starts[row], checks[row]))
            for row in rows
        ]


def raw_of(record: bytes) -> Raw:
    """Return the run of a record; without a body if the record has none."""
    head, line_break, body = record.partition(b"\n")
    oid, _, ref = os.fsdecode(head).partition(" ")
    return Raw(ref[-24:], ref[len("refs/runs/") : -25], ref, oid, body if line_break else None)


def record_of(raw: Raw, *, with_body: bool) -> bytes:
    """Return the record of a run."""
    head = f"{raw.commit} {raw.ref}"
    if not with_body or raw.body is None:
        return os.fsencode(head)
    return os.fsencode(head + "\n") + raw.body


def checked(handle: int, start: int, size: int, check: int) -> bytes:
    """Return a part of the file.  Raises DamagedIndex if it is not what was written."""
    try:
        content = os.pread(handle, size, start)
    except (OSError, OverflowError, ValueError) as error:
        raise DamagedIndex(str(error)) from error
    if len(content) != size or crc32(content) != check:
        raise DamagedIndex("a checksum is wrong")
    return content
