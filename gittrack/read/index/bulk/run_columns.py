"""What a data frame shows of very many runs, column by column: most of them never become objects.

The values are those that `gittrack.read.runs.reader.decode` gives.  A run for which this is not certain is
left to it: a live or annotated run, a trial, and one with a value that is not of its usual type.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from gittrack.core import layout
from gittrack.core.run import commit_message, facts, run_info
from gittrack.core.run.commit_message import MISSING, Missing
from gittrack.core.standard.collections import Callable, Iterator, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.read.index import columns
from gittrack.read.index.bulk.plain_values import (
    NotPlain,
    UnreadableText,
    is_wrong,
    part_of,
    require_plain_keys,
    value_of,
)
from gittrack.read.index.chunk import COMMITS, EXPERIMENTS, IDS, DamagedIndex, RunChunk
from gittrack.read.index.table import RunTable
from gittrack.read.runs.blocks import LazyRuns
from gittrack.read.runs.reader import Raw

_BLOCK = 16_384  # runs
_MOST_COLUMNS = 20_000  # a body with more lines than `commit_message.decode` allows has more
_ENDINGS = {"last": "", "min": ".min", "max": ".max"}
# {key in a body: column} of the facts that a run has as they are stored.
_COLUMNS = {
    (fact.keys or (fact.name,))[0]: fact.name
    for fact in facts.FACTS
    if fact.json and fact.storage is facts.MESSAGE and not fact.name.startswith("sweep.")
}


class RunColumns(NamedTuple):
    """The columns of some runs.

    Parameters
    ----------
    values : dict
        {column: value of each run}: facts that are stored, ``params.x``, ``metrics.x``, ``metrics.x.min``
        and ``metrics.x.max``; `MISSING` for a run without one.
    others : sequence of int
        The numbers of the runs that have to be decoded; in ``values``, they have nothing.
    """

    values: dict[str, list[Any]]
    others: Sequence[int]


def in_blocks(runs: Sequence[Raw]) -> Iterator[tuple[Sequence[Raw], RunColumns]]:
    """Yield runs with their columns, some thousand at a time, so that memory does not grow with their number.

    If the columns of a block cannot be used, all of its runs are among ``others``.
    """
    for start in range(0, len(runs), _BLOCK):
        block = runs[start : start + _BLOCK]
        yield block, of_runs(block, _compared) or RunColumns({}, range(len(block)))


def in_frame(name: str) -> str | None:
    """Return the column of a data frame for a line of the bodies; None if a frame does not have it."""
    if name.startswith("metrics."):
        key, _, part = name.rpartition(":")
        return f"{key}{_ENDINGS[part]}" if part in _ENDINGS else None
    return name if name.startswith("params.") else _COLUMNS.get(name)


def _compared(name: str) -> str | None:
    """Return the name under which `in_blocks` has a line of the bodies: of a metric it is not quoted."""
    if not name.startswith("metrics."):
        return in_frame(name)
    key, _, part = name.removeprefix("metrics.").rpartition(":")
    return f"metrics.{commit_message.split_key(key)[0]}" if part == "last" else None


def of_runs(
    runs: Sequence[Raw], name_of: Callable[[str], str | None] = in_frame
) -> RunColumns | None:
    """Return the columns of runs that an index answered lazily; None for others and unusual keys.

    ``name_of`` returns the column for a line of the bodies, or None.
    """
    if not isinstance(runs, LazyRuns) or not isinstance(runs.table, RunTable):
        return None
    try:
        return _Columns(runs.table, runs.items).all(name_of)
    except (NotPlain, DamagedIndex):
        return None


class _Columns:
    """The columns of the runs at some positions of a table.

    The content of the chunks that have some of them is joined; ``places`` are theirs in it, behind it are the
    runs that are in no chunk.
    """

    def __init__(self, table: RunTable, positions: Sequence[int]) -> None:
        self._table = table
        self._rows = table.rows(positions)
        self._chunks, self._places = _needed(table.index.chunks, self._rows)
        annotated = table.overlay.notes_of_rows(self._rows) if table.overlay else ()
        decoded = {*table.special(), *annotated}
        self._others = {number for number, row in enumerate(self._rows) if row in decoded}

    def all(self, name_of: Callable[[str], str | None]) -> RunColumns:
        """Return the columns.  Raises NotPlain."""
        every = {
            name.decode() for chunk in self._chunks for name in chunk.names() if name[:1] != b"*"
        }
        if len(every) > _MOST_COLUMNS:
            raise NotPlain
        require_plain_keys(every)
        by_column: dict[str, list[Any]] = {}
        for name in sorted(every):
            values = self._column(name)
            self._leave_unusual(name, values)
            column = name_of(name)
            if column is not None:
                by_column[column] = values
        status = by_column.get("status", [MISSING] * len(self._rows))
        self._others.update(number for number, value in enumerate(status) if value is MISSING)
        by_column |= self._from_refs()
        others = sorted(self._others)
        for values in by_column.values():
            for number in others:
                values[number] = MISSING
        used = {name: values for name, values in by_column.items() if _has_any(values)}
        return RunColumns(used, others)

    def _column(self, name: str) -> list[Any]:
        """Return the value of each run in a column."""
        parse = part_of if ":" in name else value_of
        joined: list[Any] = []
        for chunk in self._chunks:
            column = chunk.column(name.encode())
            if column is None:
                joined += [MISSING] * chunk.rows
            else:
                joined += columns.values(column, chunk.content(name.encode()), parse)
        joined += [MISSING] * len(self._table.others)
        return [joined[number] for number in self._places]

    def _leave_unusual(self, name: str, values: Sequence[Any]) -> None:
        """Leave the runs with an unusual value in a column to decoding."""
        if name.startswith("params."):
            self._leave_types(values, {*map(type, values)} & {dict, UnreadableText})
        elif name.startswith("metrics."):
            usual = {float, int, Missing, *([type(None)] if name.endswith(":step") else [])}
            types = {*map(type, values)}
            self._leave_types(values, types - usual)
            if int in types:  # these are long
                self._leave_large(values)
        else:
            self._leave_wrong(name, values)

    def _leave_types(self, values: Sequence[Any], types: set[type]) -> None:
        """Leave the runs with a value of some types to decoding; an empty mapping is a usual param."""
        for number, value in enumerate(values) if types else ():
            if type(value) in types and value != {}:
                self._others.add(number)

    def _leave_large(self, values: Sequence[Any]) -> None:
        """Leave the runs with a number that is too large for a metric to decoding."""
        for number, value in enumerate(values):
            if type(value) is int and abs(value) >= run_info.LARGE:
                self._others.add(number)

    def _leave_wrong(self, key: str, values: Sequence[Any]) -> None:
        """Leave the runs with a wrong value of a fact to decoding; equal ones are examined once."""
        types = list(map(type, values))
        typed = list(zip(types, values, strict=True))
        if {list, dict}.isdisjoint(types):
            wrong = {pair for pair in set(typed) if _is_wrong(key, pair[1])}
            numbers = (
                number for number, pair in enumerate(typed if wrong else ()) if pair in wrong
            )
        else:
            numbers = (number for number, value in enumerate(values) if _is_wrong(key, value))
        self._others.update(numbers)

    def _from_refs(self) -> dict[str, list[Any]]:
        """Return the columns of what a ref says."""
        commits = b"".join(chunk.content(COMMITS) for chunk in self._chunks).decode()
        ids = b"".join(chunk.content(IDS) for chunk in self._chunks).decode()
        width = len(commits) // max(sum(chunk.rows for chunk in self._chunks), 1)
        names = [name for chunk in self._chunks for name in chunk.values(EXPERIMENTS) or []]
        names += [""] * len(self._table.others)
        of_runs = {
            "id": [ids[24 * number : 24 * number + 24] for number in self._places],
            "experiment": [names[number] for number in self._places],
            "commit": [commits[width * number : width * number + width] for number in self._places],
        }
        pairs = zip(of_runs["experiment"], of_runs["id"], strict=True)
        refs = [f"{layout.RUNS}{experiment}/{run_id}" for experiment, run_id in pairs]
        are_folded = _are_in(self._table.index.manifest.folded, self._rows)
        with_ref = zip(are_folded, refs, strict=True)
        return {**of_runs, "ref": [MISSING if is_folded else ref for is_folded, ref in with_ref]}


def _needed(chunks: Sequence[RunChunk], rows: Sequence[int]) -> tuple[list[RunChunk], list[int]]:
    """Return the chunks that have some rows, and the place of each row if only these are joined."""
    starts = list(accumulate((chunk.rows for chunk in chunks), initial=0))
    numbers = [bisect_right(starts, row) - 1 for row in rows]
    needed = sorted(set(numbers) - {len(chunks)})
    joined = dict(
        zip(needed, accumulate((chunks[n].rows for n in needed), initial=0), strict=False)
    )
    joined[len(chunks)] = sum(chunks[n].rows for n in needed)
    places = [joined[n] + row - starts[n] for n, row in zip(numbers, rows, strict=True)]
    return [chunks[n] for n in needed], places


def _are_in(ranges: Sequence[tuple[int, int]], rows: Sequence[int]) -> list[bool]:
    """Return whether each row is in one of some ranges, which are sorted."""
    starts = [start for start, _ in ranges]
    numbers = [bisect_right(starts, row) - 1 for row in rows]
    return [n >= 0 and row < ranges[n][1] for n, row in zip(numbers, rows, strict=True)]


def _is_wrong(key: str, value: Any) -> bool:
    return value is not MISSING and is_wrong(key, value)


def _has_any(values: Sequence[Any]) -> bool:
    return any(value is not MISSING for value in values)
