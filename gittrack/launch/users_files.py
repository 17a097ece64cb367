"""The user's own files that a command in a worktree can reach: it does not write them, or that is reported.

They are read-only for the command if the system can do that (`read_only`).  In any case those that the
command shares, or that its words name, are looked at before and after it.
"""

from __future__ import annotations

import os
import re

from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.disk import read_only

_MOST_NAMES = 5
_CACHES = ("__pycache__",)  # Python writes them as it imports
_PATH = r"(?<![\w.\-/])/[^\s:;,='\"]*"


class UsersFiles(NamedTuple):
    """The files of the user that a command can reach.

    Attributes
    ----------
    tree
        The user's tree.
    shared
        Files and folders that the command uses where they are, such as large data and environments.
    view
        What is read-only for the command; None if the system cannot do that.
    """

    tree: str
    shared: tuple[str, ...] = ()
    view: read_only.View | None = None

    def enter(self) -> None:
        """In the process that becomes the command: make the files read-only.  Raises OSError."""
        if self.view is not None:
            read_only.enter(self.view)

    def watch(self, words: Sequence[str]) -> Watch:
        """Look at the files before a command with these words starts."""
        return Watch(self, words)


class Watch:
    """What the files of the user are like before a command, to see afterwards which of them changed.

    Parameters
    ----------
    files
        The files of the user.
    words
        The words of the command, before paths in them are replaced.

    Notes
    -----
    If the files are read-only for the command, only those that it shares are looked at: others may change
    because the user goes on working.
    """

    def __init__(self, files: UsersFiles, words: Sequence[str]) -> None:
        self.files = files
        self.paths = files.shared if files.view else (*files.shared, *_named(files.tree, words))
        self.before = _stamps(self.paths)

    def sentences(self) -> list[str]:
        """Return a sentence on the files that changed since; none if nothing did."""
        after, top = _stamps(self.paths), f"{self.files.tree}/"
        changed = (p for p in {*self.before, *after} if self.before.get(p) != after.get(p))
        names = sorted(path.removeprefix(top) for path in changed)
        if not names:
            return []
        more = len(names) - _MOST_NAMES
        listing = f"{', '.join(names[:_MOST_NAMES])}{f' and {more} more' if more > 0 else ''}"
        return [f"your own files changed while the command was going on: {listing}"]


def _named(tree: str, words: Sequence[str]) -> Iterator[str]:
    """Yield the files and folders in the user's tree that words name by absolute paths."""
    for path in (match[0] for word in words for match in re.finditer(_PATH, word)):
        real = os.path.realpath(path)
        if real.startswith(f"{tree}/") and not real.startswith(f"{tree}/.git/"):
            yield real


def _stamps(paths: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return size, times of the last changes and inode of every file at or below paths."""
    result: dict[str, tuple[int, ...]] = {}
    for file in (file for path in paths for file in _files(path)):
        try:
            status = os.stat(file)
        except OSError:  # a broken link, or not there yet
            continue
        result[file] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return result


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name not in _CACHES]
        yield from (os.path.join(folder, name) for name in names)
