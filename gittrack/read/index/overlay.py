"""The annotations of indexed runs: what their notes make of names, tags and the other facts that they change.

A file of its own holds for one commit of the notes and for the rows of one file of chunks:

    gittrack notes 1 <crc32 of the rest>LF
    {"tip": <commit of the notes>, "data": <file of chunks>, "rows": <number of rows in it>}LF
    {"archived": [<row>, ...]}LF
    {"row": [<row>, ...], <fact>: [<value>, ...], ...}LF
    <commit> <commit> ...LF<note>NUL<note>...

All notes are in it, those of runs that are in no chunk at the end.
"""

from __future__ import annotations

import os
from binascii import crc32

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import annotation_log, facts, run_info
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard import json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.git import notes as git_notes
from gittrack.read.index import store
from gittrack.read.index.chunk import COMMITS, DamagedIndex
from gittrack.read.index.store import Index

_HEAD = b"gittrack notes 1 "
_STORED = ("name", "tags", "note")  # facts that a run is recorded with, and that annotations change
_OTHERS = tuple(name for name, fact in facts.LISTED.items() if fact.storage is facts.NOTES)
NAME = "index.notes"


class Overlay:
    """The annotations at one commit of the notes."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        _, self._archived, self._facts, self._commits, self._notes = parts
        self._columns: dict[str, list[Any]] | None = None
        self._texts: list[bytes] | None = None
        self._numbers: dict[int, int] = {}  # of the texts, by row

    def archived(self) -> list[int]:
        """Return the rows of the archived runs."""
        return list(json.loads(self._archived)["archived"])

    def values(self, name: str) -> dict[int, Any]:
        """Return {row: value} of a fact, for all annotated rows; empty if annotations do not change it."""
        columns = self._by_fact()
        items = columns.get(name, ())
        return dict(zip(columns["row"], map(_value, items), strict=False)) if items else {}

    def notes_of_rows(self, rows: Sequence[int]) -> dict[int, bytes]:
        """Return {row: note} of those of some rows that are annotated."""
        if self._texts is None:
            self._numbers = {row: number for number, row in enumerate(self._by_fact()["row"])}
            self._texts = self._notes.split(b"\0")
        numbers, texts = self._numbers, self._texts
        return {row: texts[numbers[row]] for row in rows if row in numbers}

    def notes_of_commits(self, oids: Sequence[str | None]) -> dict[str, bytes]:
        """Return {commit: note} of those of some commits that are annotated."""
        if not oids:
            return {}
        numbers = {oid: number for number, oid in enumerate(self._commits.decode().split(" "))}
        texts = self._notes.split(b"\0")
        return {oid: texts[numbers[oid]] for oid in oids if oid in numbers}

    def _by_fact(self) -> dict[str, list[Any]]:
        if self._columns is None:
            self._columns = json.loads(self._facts)
        return self._columns


def _value(item: Any) -> Any:
    return MISSING if item is None else item


def overlay(repo: git.Repo, index: Index, tip: str) -> Overlay | None:
    """Return the annotations at a commit of the notes, from the file or from git.

    None if some notes cannot be read, so that the reader warns, or if one has a NUL byte.
    """
    path = f"{layout.cache_dir(repo.common_dir)}/{NAME}"
    key = {"tip": tip, "data": index.manifest.data, "rows": index.manifest.rows}
    try:
        head, _, rest = store.content(path).partition(b"\n")
        parts = rest.split(b"\n", 4)
        if head == _head(rest) and len(parts) == 5 and json.loads(parts[0]) == key:
            return Overlay(parts)
    except (OSError, ValueError, DamagedIndex):  # it is made again
        pass
    lines, problem = git_notes.readable(repo, tip)
    if problem is not None or not lines or any(b"\0" in note for note in lines.values()):
        return None
    rest = b"\n".join((json.dumps(key).encode(), *_parts(index, lines)))
    if not os.path.islink(os.path.dirname(path)):
        from gittrack.disk import folders  # noqa: PLC0415 - most listings write nothing

        folders.keep(path, _head(rest) + b"\n" + rest)
    return Overlay(rest.split(b"\n", 4))


def _head(rest: bytes) -> bytes:
    return b"%s%08x" % (_HEAD, crc32(rest))


def _parts(index: Index, lines: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """Return the parts of the file for all notes."""
    commits = b"".join(chunk.content(COMMITS) for chunk in index.chunks).decode()
    width = len(next(iter(lines)))
    numbers = range(len(commits) // width)
    rows = [n for n in numbers if commits[width * n : width * n + width] in lines]
    annotated = [commits[width * row : width * row + width] for row in rows]
    others = sorted(lines.keys() - set(annotated))
    columns: dict[str, list[Any]] = {"row": rows, **{name: [] for name in (*_STORED, *_OTHERS)}}
    getters = {name: run_info.getter(facts.LISTED[name]) for name in (*_STORED, *_OTHERS)}
    bases = _bases(index, rows)
    for oid, base in zip(annotated, bases, strict=True):
        info = annotation_log.with_annotations(base, annotation_log.parse(lines[oid]))
        for name, get in getters.items():
            value = get(info)
            columns[name].append(list(value) if isinstance(value, tuple) else value)
    archived = [
        row for row, is_archived in zip(rows, columns["archived"], strict=True) if is_archived
    ]
    return (
        json.dumps({"archived": archived}).encode(),
        json.dumps(columns).encode(),
        " ".join((*annotated, *others)).encode(),
        b"\0".join([lines[oid] for oid in (*annotated, *others)]),
    )


def _bases(index: Index, rows: Sequence[int]) -> list[run_info.RunInfo]:
    """Return runs that only have what they were recorded with and annotations change."""
    columns = {}
    for name in _STORED:
        column: list[Any] = []
        for chunk in index.chunks:
            column += chunk.values(name.encode()) or [MISSING] * chunk.rows
        columns[name] = [None if column[row] is MISSING else column[row] for row in rows]
    return [
        run_info.RunInfo("", "", "", name=name, tags=tuple(tags or ()), note=note)
        for name, tags, note in zip(*columns.values(), strict=True)
    ]
