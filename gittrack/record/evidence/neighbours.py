"""Other runs in the same work tree at the same time: either run may have written a file.

Each run adds a line to a list in the cache before its journal is removed, and the journals show the others.
"""

from __future__ import annotations

import os

from gittrack.core import digests, layout
from gittrack.core.standard import json
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import suppress
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders, lock

_MAX_BYTES = 1 << 18
_DIGITS = 20  # of a moment in ns
# What reading a line raises if it is damaged, or of an earlier version, whose journals name no process.
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_DISORDER_NS = 3600 * 10**9  # runs that end at the same time list themselves in any order
TREE = "tree"  # the key of the work tree in the first line of a journal


class Neighbour(NamedTuple):
    """A run in the same work tree, and the run that it is a child of."""

    id: str
    parent: str | None


def remember(common_dir: str, root: str, run: Neighbour, ended_ns: int) -> None:
    """List a run that ends; a failure is ignored, because the list is only a cache."""
    path = _file(common_dir, root)
    with suppress(OSError):
        folders.make(str(path.parent))
        if path.exists() and path.stat().st_size > _MAX_BYTES:
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(lines[len(lines) // 2 :]))
        with open(path, "ab", buffering=0) as file:
            file.write(json.dumps([run.id, run.parent, ended_ns]).encode() + b"\n")


def other_runs(common_dir: str, root: str, run_id: str, began_ns: int) -> list[str]:
    """Return the ids of the runs that were live in a work tree since a moment, besides a run.

    The runs that the command of the run began are its children and do not count.
    """
    # The journals first: a run that ends between the two looks has listed itself before the second.
    runs = [*_journals(common_dir, root, began_ns), *_ended(_file(common_dir, root), began_ns)]
    family, size = {run_id}, 0
    while len(family) > size:
        size = len(family)
        family |= {run.id for run in runs if run.parent in family}
    return sorted({run.id for run in runs} - family)


def _file(common_dir: str, root: str) -> Path:
    name = digests.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]
    return Path(layout.cache_dir(common_dir), "work-trees", f"{name}.jsonl")


def _ended(path: Path, began_ns: int) -> Iterator[Neighbour]:
    with suppress(OSError):
        for line in reversed(path.read_bytes().splitlines()):
            # Most of the runs of the last hour are over: of them, only the number is read.
            number = line.rpartition(b" ")[2].removesuffix(b"]")
            if not number.removeprefix(b"-").isdigit() or len(number) > _DIGITS:
                continue
            if int(number) >= began_ns:
                with suppress(*_UNREADABLE):
                    yield _neighbour(*json.loads(line)[:2])
            elif int(number) < began_ns - _DISORDER_NS:
                return


def _journals(common_dir: str, root: str, began_ns: int) -> Iterator[Neighbour]:
    """Yield the live runs of a work tree, and the dead ones that were live at a moment or later."""
    top = os.path.realpath(root)
    with suppress(OSError):
        for name in os.listdir(layout.live_dir(common_dir)):
            folder = Path(layout.live_dir(common_dir), name)
            with suppress(OSError, *_UNREADABLE):
                if not layout.is_id(name) or not _was_live(folder, began_ns):
                    continue
                with open(folder / layout.EVENTS, "rb") as file:
                    first: dict[str, Any] = json.loads(file.readline())
                if first["process"].get(TREE) == top:
                    yield _neighbour(name, first["values"].get("parent"))


def _was_live(folder: Path, began_ns: int) -> bool:
    return lock.is_held(folder / layout.LOCK) or last_write(folder) >= began_ns


def last_write(folder: Path) -> int:
    """Return when a run last wrote into its journal, in ns.  Raises OSError if there is none."""
    paths = [folder / name for name in os.listdir(folder) if name != layout.LOCK]
    return max((path.stat().st_mtime_ns for path in paths), default=0)


def _neighbour(run_id: object, parent: object) -> Neighbour:
    """Return a neighbour from values that were read.  Raises TypeError if one is not text."""
    if not isinstance(run_id, str) or not isinstance(parent, (str, type(None))):
        raise TypeError("an id is not text")
    return Neighbour(run_id, parent)
