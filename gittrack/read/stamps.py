"""Whether runs may have changed since the last look: sizes and times of files, without asking git.

A page that is open all day looks every two seconds, and a listing of 100,000 refs is too much for that.
"""

from __future__ import annotations

import os
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.core.standard.typing import NamedTuple
from gittrack.disk import lock
from gittrack.git import refs

# (size, time) of a file; for a journal, of each of its files, and whether its process lives.
Stamp = tuple[object, ...]


class Stamps(NamedTuple):
    """The stamps of the files that hold refs, and of the journal of each live run by its id.

    Two that are equal mean that no run began, ended, moved or was annotated in between.
    """

    refs: Mapping[str, Stamp]
    journals: Mapping[str, Stamp]


def look(repo: git.Repo, earlier: Stamps | None = None) -> Stamps:
    """Return the stamps of now.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    earlier : Stamps or None
        The stamps of an earlier look: only the folders in it are looked at, as long as none has changed.
    """
    common = repo.common_dir
    now = {path: _stamp(path) for path in (earlier.refs if earlier else ())}
    if earlier is None or now != earlier.refs:
        now = {path: _stamp(path) for path in _places(common)}
    return Stamps(now, _journals(common))


def _places(common: str) -> Iterable[str]:
    """Return the files and folders that change if a ref of a run does.

    Git writes a ref into a new file and renames it, which changes the time of its folder.
    """
    yield f"{common}/packed-refs"
    yield f"{common}/{refs.TABLES}/tables.list"
    for ref in (layout.NOTES, layout.ARCHIVE):
        yield from (f"{common}/{ref}", os.path.dirname(f"{common}/{ref}"))
    for namespace in (layout.RUNS, layout.TRACKING):
        root = f"{common}/{namespace}".rstrip("/")
        yield from (root, os.path.dirname(root))
        for folder, inner, _ in os.walk(root):
            yield from (os.path.join(folder, name) for name in inner)


def _journals(common: str) -> dict[str, Stamp]:
    folder = Path(layout.live_dir(common))
    try:
        ids = sorted(filter(layout.is_id, os.listdir(folder)))
    except FileNotFoundError:
        return {}
    names = (layout.EVENTS, layout.SERIES, layout.POINTS)
    return {
        run_id: (*(_stamp(folder / run_id / name) for name in names), _is_alive(folder / run_id))
        for run_id in ids
    }


def _is_alive(journal: Path) -> bool:
    try:
        return lock.is_held(journal / layout.LOCK)
    except OSError:  # the listing of runs says what is wrong with it
        return False


def _stamp(path: str | Path) -> Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return (status.st_mtime_ns, status.st_size, status.st_ino)
