"""What differs between the media of two runs: which steps, and for tables which rows."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.analysis.differences import MediaChange
from gittrack.core import layout
from gittrack.core.run import media_index
from gittrack.read.files.record_files import RecordFiles

_LARGEST_TABLE = 1 << 20  # bytes
_MOST_ROWS = 20
_MOST_PAIRS = 25_000_000  # of rows: two tables of 5,000
_TABLES = ("table", "histogram")

_Items = Mapping[str, Mapping[str, Any]]  # the file name and the entry of each medium of a name


def media_changes(a: RecordFiles, b: RecordFiles) -> list[MediaChange]:
    """Return a change for each name whose media differ, in the order of the names."""
    first, second = media_index.by_name(a.outputs), media_index.by_name(b.outputs)
    changes = []
    for name in sorted({*first, *second}):
        items = (_items(first.get(name, ())), _items(second.get(name, ())))
        differing = _differing(*items)
        if differing:
            changes.append(_change(name, (a, b), items, differing))
    return changes


def digests(run: RecordFiles) -> dict[str, str]:
    """Return for each name how many media the run has, and the digest of all."""
    names = media_index.by_name(run.outputs)
    texts = {
        name: " ".join(str(item.get("sha256")) for item in items) for name, items in names.items()
    }
    return {
        name: f"{len(names[name])} files {hashlib.sha256(joined.encode()).hexdigest()[:8]}"
        for name, joined in texts.items()
    }


def _items(entries: Sequence[Mapping[str, Any]]) -> _Items:
    return {str(item["path"]).rpartition("/")[2]: item for item in entries}


def _differing(a: _Items, b: _Items) -> list[str]:
    """Return the names of the files that one run lacks, or whose content differs."""
    files = dict.fromkeys((*a, *b))
    return [file for file in files if _digest(a.get(file)) != _digest(b.get(file))]


def _digest(item: Mapping[str, Any] | None) -> Any:
    return None if item is None else item.get("sha256")


def _change(
    name: str, runs: tuple[RecordFiles, RecordFiles], items: tuple[_Items, _Items], files: list[str]
) -> MediaChange:
    a, b = items
    both = [file for file in files if file in a and file in b]
    kind = str(next(iter({**b, **a}.values()))[media_index.KEY]["type"])
    paths, rows = ("", ""), list[str]()
    if both:
        last = both[-1]
        paths = (str(a[last]["path"]), str(b[last]["path"]))
        rows = _rows(runs, paths, a[last], b[last]) if kind in _TABLES else []
    only = (sum(file not in b for file in files), sum(file not in a for file in files))
    return MediaChange(name, kind, len(both), *only, paths, tuple(rows))


def _rows(
    runs: tuple[RecordFiles, RecordFiles], paths: tuple[str, str], *items: Mapping[str, Any]
) -> list[str]:
    """Return the rows of two tables that differ, as lines of a patch; none of a table that is large."""
    if any(int(item.get("size") or 0) > _LARGEST_TABLE for item in items):
        return []
    names = [f"{layout.ARTIFACTS}/{path}" for path in paths]
    if any(name not in run.files() for run, name in zip(runs, names, strict=True)):
        return []
    before, after = (
        run.read(name).decode(errors="replace").splitlines()
        for run, name in zip(runs, names, strict=True)
    )
    if len(before) * len(after) > _MOST_PAIRS:  # line by line, because a patch would take long
        pairs = zip(before, after, strict=False)
        lines = [row for x, y in pairs if x != y for row in (f"-{x}", f"+{y}")]
    else:
        patch = difflib.unified_diff(before, after, lineterm="", n=0)
        lines = [line for line in list(patch)[2:] if not line.startswith("@@")]
    more = len(lines) - _MOST_ROWS
    return [*lines[:_MOST_ROWS], *([f"... and {more:,} more rows"] if more > 0 else [])]
