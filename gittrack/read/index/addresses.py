"""Find runs by what addresses them: ids, names, and the beginnings of ids and commits.

The index gives the runs that may be meant; the functions of `gittrack.read.runs.selection` decide.
"""

from __future__ import annotations

import re

from gittrack.read.index.chunk import COMMITS, IDS
from gittrack.read.index.table import RunTable
from gittrack.read.runs import selection
from gittrack.read.runs.lookup import Way
from gittrack.read.runs.reader import Raw


def by_id(table: RunTable, address: str) -> list[Raw]:
    """Return the runs of a full id, ``EXPERIMENT/ID``, or the last 8 digits of an id; newest first."""
    tail = address.rpartition("/")[2]
    rows = _rows(table, IDS, 24, tail, 24 - len(tail)) if len(tail) in (8, 24) else []
    return selection.by_id(_candidates(table, rows), address)


def by_name(table: RunTable, name: str) -> list[Raw]:
    """Return the runs that have a name, newest first."""
    special = {at for row in table.special() for at in table.positions([row])}
    stored = table.stored(Way("name")) or []
    plain = [at for at, value in enumerate(stored) if value == name and at not in special]
    return selection.by_name(table.complete_runs(sorted({*plain, *special})), name)


def by_name_or_prefix(table: RunTable, address: str) -> list[Raw]:
    """Return the runs of a name, else of ``OWNER/NAME``, else of a beginning of an id; newest first."""
    runs = by_name(table, address)
    if not runs and "/" in address:
        named = by_name(table, address.partition("/")[2])
        runs = selection.by_owner_and_name(named, address)
    return runs or _by_prefix(table, address)


def of_commit(table: RunTable, oid: str) -> list[Raw]:
    """Return the runs whose run commit has this full id, newest first."""
    runs = _candidates(table, _rows(table, COMMITS, len(oid), oid, 0) if oid else [])
    return [raw for raw in runs if raw.commit == oid]


def _by_prefix(table: RunTable, prefix: str) -> list[Raw]:
    if not re.fullmatch("[0-9a-f-]+", prefix):
        return []
    rows = [row for at in (0, 16) for row in _rows(table, IDS, 24, prefix, at)]
    commits = table.index.chunks[0] if table.index.chunks else None
    if commits is not None:
        width = len(commits.content(COMMITS)) // commits.rows
        rows += _rows(table, COMMITS, width, prefix, 0)
    return selection.by_prefix(_candidates(table, rows), prefix)


def _rows(table: RunTable, name: bytes, width: int, text: str, at: int) -> list[int]:
    """Return the rows that have a text at an index of a column of texts of one width."""
    mark = text.encode(errors="replace")
    if not mark or at < 0 or at + len(mark) > width:
        return []
    content = b"".join(chunk.content(name) for chunk in table.index.chunks)
    starts = range(at, len(content), width)
    return [start // width for start in starts if content.startswith(mark, start)]


def _candidates(table: RunTable, rows: list[int]) -> list[Raw]:
    """Return some runs of the chunks, and all that are not in chunks, newest first."""
    total = table.index.manifest.rows
    others = range(total, total + len(table.others))
    return table.raws(sorted(table.positions({*rows, *others})))
