"""What differs between the media of two runs: which steps, for tables which rows, for images which pixels."""

from __future__ import annotations

import difflib
import hashlib

from gittrack.analysis.differences import MediaChange
from gittrack.core import layout
from gittrack.core.run import media_index
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.files import image_changes
from gittrack.read.files.record_files import RecordFiles

_LARGEST_TABLE = 1 << 20  # bytes
_MOST_ROWS = 20
_MOST_PAIRS = 25_000_000  # of rows: two tables of 5,000
_TABLES = ("table", "histogram")
_IMAGES = ("image", "figure")
_MOST_IMAGES = 12  # names whose images are decoded

_Items = Mapping[str, Mapping[str, Any]]  # the file name and the entry of each medium of a name


def media_changes(a: RecordFiles, b: RecordFiles) -> list[MediaChange]:
    """Return a change for each name whose media differ, in the order of the names."""
    first, second = media_index.by_name(a.outputs), media_index.by_name(b.outputs)
    changes: list[MediaChange] = []
    for name in sorted({*first, *second}):
        items = (_items(first.get(name, ())), _items(second.get(name, ())))
        differing = _differing(*items)
        if differing:
            images = sum(change.image is not None for change in changes)
            changes.append(_change(name, (a, b), items, differing, decodes=images < _MOST_IMAGES))
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
    name: str,
    runs: tuple[RecordFiles, RecordFiles],
    items: tuple[_Items, _Items],
    files: list[str],
    *,
    decodes: bool,
) -> MediaChange:
    a, b = items
    both = [file for file in files if file in a and file in b]
    kind = str(next(iter({**b, **a}.values()))[media_index.KEY]["type"])
    paths, rows, image = ("", ""), list[str](), None
    if both:
        last = both[-1]
        paths = (str(a[last]["path"]), str(b[last]["path"]))
        if kind in _TABLES:
            rows = _rows(runs, paths, (a[last], b[last]))
        elif kind in _IMAGES and decodes:
            contents = _contents(runs, paths, (a[last], b[last]), image_changes.LARGEST_FILE)
            image = image_changes.compare(*contents) if contents else None
    only = (sum(file not in b for file in files), sum(file not in a for file in files))
    return MediaChange(name, kind, len(both), *only, paths, tuple(rows), image)


def _contents(
    runs: tuple[RecordFiles, RecordFiles],
    paths: tuple[str, str],
    items: tuple[Mapping[str, Any], Mapping[str, Any]],
    largest: int,
) -> tuple[bytes, bytes] | None:
    """Return the content of two media; None if one is large, or not in this repository."""
    if any(int(item.get("size") or 0) > largest for item in items):
        return None
    names = [f"{layout.ARTIFACTS}/{path}" for path in paths]
    if any(name not in run.files() for run, name in zip(runs, names, strict=True)):
        return None
    return runs[0].read(names[0]), runs[1].read(names[1])


def _rows(
    runs: tuple[RecordFiles, RecordFiles],
    paths: tuple[str, str],
    items: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> list[str]:
    """Return the rows of two tables that differ, as lines of a patch; none of a table that is large."""
    contents = _contents(runs, paths, items, _LARGEST_TABLE)
    if contents is None:
        return []
    before, after = (data.decode(errors="replace").splitlines() for data in contents)
    if len(before) * len(after) > _MOST_PAIRS:  # line by line, because a patch would take long
        pairs = zip(before, after, strict=False)
        lines = [row for x, y in pairs if x != y for row in (f"-{x}", f"+{y}")]
    else:
        patch = difflib.unified_diff(before, after, lineterm="", n=0)
        lines = [line for line in list(patch)[2:] if not line.startswith("@@")]
    more = len(lines) - _MOST_ROWS
    return [*lines[:_MOST_ROWS], *([f"... and {more:,} more rows"] if more > 0 else [])]
