"""The order of the rows that a manifest lists, into which others are inserted by their ids."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.read.index.chunk import IDS
from gittrack.read.index.store import Index
from gittrack.read.index.table import RunTable

Ranges = Sequence[tuple[int, int]]  # of rows: from, to


class Order:
    """Rows in the order of their runs, newest first.

    Parameters
    ----------
    index : Index
        Its chunks have the rows.
    ranges : sequence of (int, int)
        The rows in their order.
    """

    def __init__(self, index: Index, ranges: Ranges) -> None:
        self.index = index
        self.ranges = ranges
        self._ids: bytes | None = None

    def position(self, run_id: str, experiment: str) -> tuple[int, bool]:
        """Return the position of a run in the order, and whether that run is there."""
        ids = self.ids()
        key, low, high = run_id.encode(), 0, len(ids) // 24
        while low < high:
            middle = (low + high) // 2
            if ids[24 * middle : 24 * middle + 24] > key:
                low = middle + 1
            else:
                high = middle
        while ids[24 * low : 24 * low + 24] == key:
            other = self._experiment(low)
            if other <= experiment:
                return low, other == experiment
            low += 1
        return low, False

    def with_rows(self, placed: Mapping[tuple[str, str], int]) -> Ranges:
        """Return the ranges with other rows, each instead of the same run or beside it."""
        if not placed:
            return self.ranges
        changes = [(*self.position(*key), row) for key, row in sorted(placed.items(), reverse=True)]
        changes.sort(key=lambda change: change[0])
        ranges: list[tuple[int, int]] = []
        rest, before = list(self.ranges), 0
        for position, replaces, row in changes:
            front, rest = _cut(rest, position - before)
            ranges += [*front, (row, row + 1)]
            if replaces:
                _, rest = _cut(rest, 1)
            before = position + replaces
        return ranges + rest

    def ids(self) -> bytes:
        """Return the ids in their order, one behind the other."""
        if self._ids is None:
            every = b"".join(chunk.content(IDS) for chunk in self.index.chunks)
            self._ids = b"".join(every[24 * start : 24 * end] for start, end in self.ranges)
        return self._ids

    def _experiment(self, position: int) -> str:
        order = RunTable(self.index, (), self.ranges, {})
        return order.raws([position])[0].experiment


def _cut(
    ranges: list[tuple[int, int]], count: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the first ``count`` rows of ranges, and the others."""
    for number, (start, end) in enumerate(ranges):
        if count < end - start:
            front = [*ranges[:number], *([(start, start + count)] if count else [])]
            return front, [(start + count, end), *ranges[number + 1 :]]
        count -= end - start
    return ranges, []


def parted(ranges: Ranges, among: Ranges) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the parts of ranges that are among other, ascending ones, and the parts that are not."""
    starts = [start for start, _ in among]
    inside, outside = [], []
    for start, end in ranges:
        at = start
        for number in range(max(bisect_right(starts, start) - 1, 0), bisect_left(starts, end)):
            low, high = max(among[number][0], start), min(among[number][1], end)
            if low < high:
                outside.append((at, low))
                inside.append((low, high))
                at = high
        outside.append((at, end))
    return inside, [(start, end) for start, end in outside if start < end]
