"""The runs of a repository as a table: newest first, with a column for each value that a reader needs.

Most rows are in chunks of the index.  The others are runs that are not: live ones, a few new ones, and ones
that cannot be read.  They have the rows behind those of the chunks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from gittrack.core.run import annotation_log, facts
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.index.chunk import COMMITS, EXPERIMENTS, ODD
from gittrack.read.index.overlay import Overlay
from gittrack.read.index.store import Index
from gittrack.read.runs.lookup import Lookup, Way
from gittrack.read.runs.reader import Raw

_FEW_NOTES = 16  # so many are searched for one by one


class RunTable:
    """Rows in the order of their runs, newest first.

    Parameters
    ----------
    index : Index
        Its chunks have the first rows.
    others : sequence of Raw
        The runs of the rows behind those, with their bodies.
    ranges : sequence of (int, int)
        The rows in their order: from, to.
    notes : mapping
        {run commit: its note}; with an overlay, of the ``others`` only.
    overlay : Overlay or None
        The annotations of the rows of the chunks.
    complete : callable
        Returns runs with complete bodies: an index of very many runs has none.
    """

    def __init__(
        self,
        index: Index,
        others: Sequence[Raw],
        ranges: Sequence[tuple[int, int]],
        notes: Mapping[str, bytes],
        overlay: Overlay | None = None,
        complete: Callable[[list[Raw]], list[Raw]] = list,
    ) -> None:
        self._complete = complete
        self.index, self.others, self.notes, self.overlay = index, others, notes, overlay
        self.ranges = [(start, end) for start, end in ranges if start < end]
        self._starts = [0]
        for start, end in self.ranges:
            self._starts.append(self._starts[-1] + end - start)
        self._special: dict[int, Raw] | None = None
        self._is_complete = False  # the bodies of these runs

    def __len__(self) -> int:
        return self._starts[-1]

    def raws(self, positions: Sequence[int]) -> list[Raw]:
        """Return the runs at some positions; the ones of chunks without bodies have none."""
        rows = self.rows(positions)
        by_row = self._with_flags(self._raws_of(rows))
        return [by_row[row] for row in rows]

    def complete_runs(self, positions: Sequence[int]) -> list[Raw]:
        """Return the runs at some positions with complete bodies."""
        return self._complete(self.raws(positions))

    def rows(self, positions: Sequence[int]) -> list[int]:
        """Return the row at each of some positions."""
        rows = []
        for position in positions:
            number = bisect_right(self._starts, position) - 1
            rows.append(self.ranges[number][0] + position - self._starts[number])
        return rows

    def values(self, lookup: Lookup) -> list[Any] | None:
        """Return what a look-up finds in each run; None if that is not in columns."""
        names = [name for name in map(_name, lookup.ways) if name is not None]
        if len(names) < len(lookup.ways):
            return None
        column = self._column(names)
        for row, raw in self.special().items():
            column[row] = lookup(raw)
        return self._ordered(column)

    def stored(self, way: Way) -> list[Any] | None:
        """Return what the bodies have for a way; None if no run in the chunks has it."""
        name = _name(way)
        column = self._values_of(name) if name else None
        return None if column is None else self._ordered(column)

    def experiments(self) -> list[str]:
        """Return the experiment of each run."""
        column: list[str] = []
        for chunk in self.index.chunks:
            column += chunk.values(EXPERIMENTS) or []
        return self._ordered([*column, *(raw.experiment for raw in self.others)])

    def names(self, kind: str) -> set[str]:
        """Return the names of all ``metrics`` or ``params`` (dotted) in the columns."""
        mark = f"{kind}.".encode()
        every = {name for chunk in self.index.chunks for name in chunk.names()}
        return {
            name[len(mark) :].partition(b":")[0].decode() for name in every if name.startswith(mark)
        }

    def archived(self) -> set[int]:
        """Return the rows of the archived runs."""
        annotated = {
            row
            for row, raw in self._incomplete().items()
            if raw.annotations and annotation_log.is_archived(raw.annotations)
        }
        return annotated.union(self.overlay.archived()) if self.overlay else annotated

    def damaged(self) -> set[int]:
        """Return the rows of the runs that cannot be read; only those without a body are known."""
        total = self.index.manifest.rows
        return {row for row, raw in enumerate(self.others, total) if raw.problem is not None}

    def positions(self, rows: Iterable[int]) -> list[int]:
        """Return the positions of some rows; rows that are not in the order have none."""
        by_row = sorted(zip(self.ranges, self._starts, strict=False))
        starts = [start for (start, _), _ in by_row]
        positions = []
        for row in rows:
            number = bisect_right(starts, row) - 1
            (start, end), position = by_row[number] if number >= 0 else ((0, 0), 0)
            if start <= row < end:
                positions.append(position + row - start)
        return positions

    def special(self) -> dict[int, Raw]:
        """Return {row: run} of the runs whose values are not, or not only, in the columns."""
        if not self._is_complete:
            raws = self._incomplete()
            completed = self._complete(list(raws.values()))
            self._special = dict(zip(raws, completed, strict=True))
            self._is_complete = True
        return self._special or {}

    def _incomplete(self) -> dict[int, Raw]:
        """Return the same, with bodies that may be missing, or leave values out."""
        if self._special is None:
            rows = [*_odd(self.index), *self._annotated_rows()]
            total = self.index.manifest.rows
            raws = {**self._raws_of(rows), **dict(enumerate(self.others, total))}
            self._special = self._with_flags(raws)
        return self._special

    def _with_flags(self, raws: Mapping[int, Raw]) -> dict[int, Raw]:
        """Return {row: run}, with annotations, and whether each run is folded."""
        by_row = self.overlay.notes_of_rows(list(raws)) if self.overlay and raws else {}
        flagged, folded = {}, self.index.manifest.folded
        starts = [start for start, _ in folded]
        for row, raw in raws.items():
            number = bisect_right(starts, row) - 1
            if number >= 0 and row < folded[number][1]:
                raw = raw._replace(folded=True)
            note = by_row.get(row) or self.notes.get(raw.commit or "")
            if note is not None and not raw.annotations:
                raw = raw._replace(annotations=annotation_log.parse(note))
            flagged[row] = raw
        return flagged

    def _annotated_rows(self) -> list[int]:
        if not self.notes:
            return []
        commits = b"".join(chunk.content(COMMITS) for chunk in self.index.chunks).decode()
        width = len(next(iter(self.notes)))
        if len(self.notes) <= _FEW_NOTES:
            matches = (match.start() for note in self.notes for match in re.finditer(note, commits))
            return sorted(at // width for at in matches if at % width == 0)
        rows = range(0, len(commits), width)
        return [at // width for at in rows if commits[at : at + width] in self.notes]

    def _raws_of(self, rows: Sequence[int]) -> dict[int, Raw]:
        """Return {row: run}."""
        total, ascending = self.index.manifest.rows, sorted(set(rows))
        raws = {row: self.others[row - total] for row in ascending if row >= total}
        first = 0
        for chunk in self.index.chunks if ascending and ascending[0] < total else ():
            start, end = (bisect_left(ascending, row) for row in (first, first + chunk.rows))
            if start < end:
                inside = ascending[start:end]
                runs = chunk.raws([row - first for row in inside])
                raws.update(zip(inside, runs, strict=True))
            first += chunk.rows
        return raws

    def _column(self, names: Sequence[bytes]) -> list[Any]:
        """Return the value of each row: that of the first name that the run has."""
        merged: list[Any] | None = None
        for name in names:
            column = self._values_of(name)
            if merged is None or column is None:
                merged = merged or column
            else:
                pairs = zip(merged, column, strict=True)
                merged = [second if first is MISSING else first for first, second in pairs]
        return merged or [MISSING] * (self.index.manifest.rows + len(self.others))

    def _values_of(self, name: bytes) -> list[Any] | None:
        """Return the value of each row in a column, with annotations; None if no row has one."""
        chunks = self.index.chunks
        annotated = self.overlay.values(name.decode(errors="replace")) if self.overlay else {}
        if not annotated and all(chunk.column(name) is None for chunk in chunks):
            return None
        column: list[Any] = []
        for chunk in chunks:
            column += chunk.values(name) or [MISSING] * chunk.rows
        column += [MISSING] * len(self.others)
        for row, value in annotated.items():
            column[row] = value
        return column

    def _ordered(self, column: list[Any]) -> list[Any]:
        if self.ranges == [(0, len(column))]:
            return column
        ordered: list[Any] = []
        for start, end in self.ranges:
            ordered += column[start:end]
        return ordered


def _name(way: Way) -> bytes | None:
    """Return the name of the column of a way; None if its value is in no column."""
    if way.storage is facts.NOTES:
        return way.line.encode()  # no chunk has it
    if way.storage is not facts.MESSAGE:
        return None
    line = way.line.encode(errors="backslashreplace")
    return b"%s:%s" % (line, way.part.encode()) if way.part else line


def _odd(index: Index) -> list[int]:
    """Return the rows whose values are only in their records."""
    rows, first = [], 0
    for chunk in index.chunks:
        rows += [first + row for row in memoryview(chunk.content(ODD)).cast("q").tolist()]
        first += chunk.rows
    return rows
