"""What a data frame shows of very many runs, column by column: most of them never become objects.

The values are those that `gittrack.read.runs.reader.decode` gives.  A run for which this is not certain is
left to it: a live or annotated run, a trial, and one with a value that is not of its usual type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gittrack.core import layout
from gittrack.core.run import commit_message, facts, run_info
from gittrack.core.run.commit_message import MISSING, Missing
from gittrack.read.index import columns
from gittrack.read.index.chunk import COMMITS, EXPERIMENTS, IDS, DamagedIndex
from gittrack.read.index.table import RunTable
from gittrack.read.runs.blocks import LazyRuns
from gittrack.read.runs.reader import Raw

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


class _NotPlain(Exception):
    """All runs have to be decoded."""


def of_runs(runs: Sequence[Raw]) -> RunColumns | None:
    """Return the columns of runs that an index answered lazily; None for others and unusual keys."""
    if not isinstance(runs, LazyRuns) or not isinstance(runs.table, RunTable):
        return None
    try:
        return _Columns(runs.table, runs.items).all()
    except (_NotPlain, DamagedIndex):
        return None


class _Columns:
    """The columns of the runs at some positions of a table."""

    def __init__(self, table: RunTable, positions: Sequence[int]) -> None:
        self._table = table
        self._rows = table.rows(positions)
        self._total = table.index.manifest.rows
        overlay = table.overlay
        annotated = overlay.notes_of_rows(range(self._total)) if overlay else ()
        self._others = {*table.special(), *annotated}

    def all(self) -> RunColumns:
        """Return the columns.  Raises _NotPlain."""
        chunks = self._table.index.chunks
        every = {name.decode() for chunk in chunks for name in chunk.names() if name[:1] != b"*"}
        if len(every) > _MOST_COLUMNS:
            raise _NotPlain
        _require_plain_keys(every)
        by_column: dict[str, list[Any]] = {}
        for name in sorted(every):
            values = self._column(name)
            column = self._checked(name, values)
            if column is not None:
                by_column[column] = [values[row] for row in self._rows]
        status = by_column.get("status", [MISSING] * len(self._rows))
        self._others.update(
            row for row, value in zip(self._rows, status, strict=True) if value is MISSING
        )
        by_column |= self._from_refs()
        others = [number for number, row in enumerate(self._rows) if row in self._others]
        for values in by_column.values():
            for number in others:
                values[number] = MISSING
        used = {name: values for name, values in by_column.items() if _has_any(values)}
        return RunColumns(used, others)

    def _column(self, name: str) -> list[Any]:
        """Return the value of each row in a column."""
        parse = _part if ":" in name else _value
        every: list[Any] = []
        for chunk in self._table.index.chunks:
            column = chunk.column(name.encode())
            if column is None:
                every += [MISSING] * chunk.rows
            else:
                every += columns.values(column, chunk.content(name.encode()), parse)
        return every + [MISSING] * len(self._table.others)

    def _checked(self, name: str, values: list[Any]) -> str | None:
        """Return the name of a column that is shown; rows with an unusual value are left to decoding."""
        if name.startswith("params."):
            self._leave_types(values, {*map(type, values)} & {dict, _Unreadable})
            return name
        if name.startswith("metrics."):
            key, _, part = name.rpartition(":")
            usual = {float, int, Missing, *([type(None)] if part == "step" else [])}
            self._leave_types(values, {*map(type, values)} - usual)
            return f"{key}{_ENDINGS[part]}" if part in _ENDINGS else None
        self._leave_wrong(name, values)
        return _COLUMNS.get(name)

    def _leave_types(self, values: Sequence[Any], types: set[type]) -> None:
        """Leave the rows with a value of some types to decoding; an empty mapping is a usual param."""
        for row, value in enumerate(values) if types else ():
            if type(value) in types and value != {}:
                self._others.add(row)

    def _leave_wrong(self, key: str, values: Sequence[Any]) -> None:
        """Leave the rows with a wrong value of a fact to decoding; equal ones are examined once."""
        answers: dict[type, dict[Any, bool]] = {}
        for row, value in enumerate(values):
            if value is MISSING:
                continue
            if isinstance(value, (list, dict)):
                is_wrong = _is_wrong(key, value)
            else:
                of_type = answers.setdefault(type(value), {})
                if value not in of_type:
                    of_type[value] = _is_wrong(key, value)
                is_wrong = of_type[value]
            if is_wrong:
                self._others.add(row)

    def _from_refs(self) -> dict[str, list[Any]]:
        """Return the columns of what a ref says."""
        chunks, folded = self._table.index.chunks, set[int]()
        for start, end in self._table.index.manifest.folded:
            folded.update(range(start, end))
        commits = b"".join(chunk.content(COMMITS) for chunk in chunks).decode()
        ids = b"".join(chunk.content(IDS) for chunk in chunks).decode()
        width = len(commits) // max(self._total, 1)
        names = [name for chunk in chunks for name in chunk.values(EXPERIMENTS) or []]
        names += [""] * len(self._table.others)
        of_rows = {
            "id": [ids[24 * row : 24 * row + 24] for row in self._rows],
            "experiment": [names[row] for row in self._rows],
            "commit": [commits[width * row : width * row + width] for row in self._rows],
        }
        pairs = zip(of_rows["experiment"], of_rows["id"], strict=True)
        refs = [f"{layout.RUNS}{experiment}/{run_id}" for experiment, run_id in pairs]
        rows_and_refs = zip(self._rows, refs, strict=True)
        return {**of_rows, "ref": [MISSING if row in folded else ref for row, ref in rows_and_refs]}


class _Unreadable:
    """A text that cannot be read as a value."""


_UNREADABLE = _Unreadable()


def _value(text: bytes) -> Any:
    value = columns.parsed(text)
    return _UNREADABLE if value is MISSING else value


def _part(text: bytes) -> Any:
    value = columns.parsed_part(text)
    return _UNREADABLE if value is MISSING else value


def _is_wrong(key: str, value: Any) -> bool:
    """Return whether a run with this fact is damaged, is of a later version, or is not plain."""
    first, _, rest = key.partition(".")
    if (
        isinstance(value, _Unreadable)
        or key == "code"
        or (key == "format" and value != layout.FORMAT)
    ):
        return True
    if rest and first != "code":  # a trial, or a mapping
        return first in _NESTED and not (facts.STORED.get(first) == facts.MAPPINGS and "." in rest)
    try:
        run_info.check_fact(key, value)
    except (ValueError, OverflowError, OSError):
        return True
    return False


_NESTED = {key.partition(".")[0] for key in facts.STORED}


def _require_plain_keys(names: Iterable[str]) -> None:
    """Raise _NotPlain if a key is not in its usual form, or if a param is inside another one."""
    params: set[tuple[str, ...]] = set()
    try:
        for name in names:
            kind, _, key = name.partition(".")
            if kind == "params":
                params.add(commit_message.split_key(key))
            elif kind == "metrics":
                key = key.rpartition(":")[0]
                if commit_message.key_text(commit_message.split_key(key)[0]) != key:
                    raise _NotPlain
    except ValueError as error:
        raise _NotPlain from error
    keys = {f"params.{commit_message.join_key(parts)}" for parts in params}
    inside = any(parts[:length] in params for parts in params for length in range(1, len(parts)))
    if inside or not keys.issubset(names):
        raise _NotPlain


def _has_any(values: Sequence[Any]) -> bool:
    return any(value is not MISSING for value in values)
