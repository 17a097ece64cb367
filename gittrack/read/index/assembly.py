"""Put the table of all runs together: those of the index, those that are not in it, and live ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.read.index import overlay
from gittrack.read.index.chunk import IDS
from gittrack.read.index.store import Index
from gittrack.read.index.table import RunTable
from gittrack.read.index.update import Current, raw_of_line
from gittrack.read.runs import listing, reader
from gittrack.read.runs.reader import Raw


def assembled(
    repo: git.Repo, current: Current, live: Sequence[Raw], tip: str | None
) -> RunTable | None:
    """Return the table of all runs; None if only git can tell which there are.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    current : Current
        The index, and the state of the refs.
    live : sequence of Raw
        The live runs, here and elsewhere.
    tip : str or None
        The commit of the notes.
    """
    manifest = current.opened.manifest
    total = manifest.rows
    unread = [raw_of_line(line, folded=line in manifest.unread_folded) for line in manifest.unread]
    placed: dict[tuple[str, str], int] = {}
    for name, oid in current.files.loose.items():
        if name.startswith(layout.RUNS):
            parsed = layout.parse_run_ref(name)
            if parsed is None:
                return None
            row = manifest.loose_rows.get(f"{oid} {name}")
            if row is None:
                row = total + len(unread)
                unread.append(Raw(parsed[1], parsed[0], name, oid))
            placed[parsed[1], parsed[0]] = row
    others = reader.bodies(repo, unread) if unread else []
    for row, raw in enumerate(unread[: len(manifest.unread)], total):
        placed.setdefault((raw.id, raw.experiment), row)
    order = _Order(current.opened)
    for raw in live:
        key = (raw.id, raw.experiment)
        if key in placed or order.position(*key)[1]:
            resumed = raw.info is not None and raw.info.status == "running" and not raw.snapshot
            if not resumed:
                continue
        placed[key] = total + len(others)
        others.append(raw)
    ranges = order.with_rows(placed)
    annotations = overlay.overlay(repo, current.opened, tip) if tip else None
    if annotations is None:
        return RunTable(current.opened, others, ranges, listing.annotation_lines(repo, tip))
    notes = annotations.notes_of_commits([raw.commit for raw in others])
    return RunTable(current.opened, others, ranges, notes, annotations)


class _Order:
    """The order of the rows that a manifest lists, into which others are inserted by their ids."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.ranges = index.manifest.ranges
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

    def with_rows(self, placed: Mapping[tuple[str, str], int]) -> Sequence[tuple[int, int]]:
        """Return the ranges of the order with other rows, each instead of the same run or beside it."""
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
            front = [*ranges[:number], (start, start + count)]
            return front, [(start + count, end), *ranges[number + 1 :]]
        count -= end - start
    return ranges, []
