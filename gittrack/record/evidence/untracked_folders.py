"""The folders of a work tree that git does not track: commands write into them and may not make them.

Git has no empty folders, and ignored ones are in no commit.  A rerun makes those that the run had.
"""

from __future__ import annotations

import os
from itertools import islice

from gittrack.core.standard.collections import Callable, Iterator, deque
from gittrack.record.evidence.written import ENVIRONMENT, SKIPPED

_PRIVATE = (*ENVIRONMENT, ".git")  # in a folder that holds packages, or is another repository

_MOST_FOLDERS = 500
_MOST_ENTRIES = 5_000  # files and folders to look at, so that no tree of data delays a run


def untracked(root: str, is_tracked: Callable[[str], bool]) -> list[str]:
    """Return the untracked folders of a work tree, from its root, outer ones first.

    The list ends after 500 folders or 5,000 entries.  Folders of repositories, caches and packages are left
    out.  A link to a folder is listed as one, without what is below it.

    Parameters
    ----------
    root
        The root of the work tree.
    is_tracked
        Returns whether git tracks a path, or a file below it.
    """
    result: list[str] = []
    waiting, remaining = deque([("", False)]), _MOST_ENTRIES
    while waiting and remaining > 0 and len(result) < _MOST_FOLDERS:
        folder, is_untracked = waiting.popleft()
        entries = _entries(os.path.join(root, folder), remaining)
        remaining -= len(entries)
        if folder and any(entry.name in _PRIVATE for entry in entries):
            continue
        if is_untracked:
            result.append(folder)
        if os.path.islink(os.path.join(root, folder)):
            continue
        for name in sorted(_folders(entries)):
            path = f"{folder}/{name}" if folder else name
            waiting.append((path, is_untracked or not is_tracked(path)))
    return result


def tracked_by(listing: bytes) -> Callable[[str], bool]:
    """Return a function for `untracked` that reads the output of ``git ls-files -v -z``."""

    def is_tracked(folder: str) -> bool:
        name = os.fsencode(folder)
        return b" %b/" % name in listing or b" %b\0" % name in listing

    return is_tracked


def _entries(folder: str, most: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as scan:
            return list(islice(scan, most))
    except OSError:
        return []


def _folders(entries: list[os.DirEntry[str]]) -> Iterator[str]:
    for entry in entries:
        if entry.name not in SKIPPED and entry.is_dir():
            yield entry.name
