"""What ``git status`` reports of a work tree."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import NamedTuple


class ChangedPath(NamedTuple):
    """A path that differs from HEAD.

    Attributes
    ----------
    path
        The path from the root.
    head
        Its mode and id in HEAD; None for a new file.
    submodule
        The state of a repository at this path, as git reports it.
    is_removed
        Whether the index does not have it any more.  A file in its place is a new file, which git reports
        for itself unless it is ignored.
    """

    path: str
    head: tuple[str, str] | None
    submodule: str = "N..."
    is_removed: bool = False


class Status(NamedTuple):
    """The commit, the branch and the changes that ``git status`` reports."""

    commit: str | None
    branch: str | None
    changes: tuple[ChangedPath, ...]

    def without(self, paths: Sequence[str]) -> Status:
        """Return the status without the new files at or below the paths."""
        below = tuple(f"{path}/" for path in paths)
        rest = [c for c in self.changes if c.head or not f"{c.path}/".startswith(below)]
        return self._replace(changes=tuple(rest)) if below else self

    def below(self, folder: str | None) -> Status:
        """Return the status without the new files outside a folder; None: without any new file."""
        rest = [
            c for c in self.changes if c.head or (folder is not None and c.path.startswith(folder))
        ]
        return self._replace(changes=tuple(rest))

    def new_files(self) -> frozenset[str]:
        """Return the untracked files."""
        return frozenset(change.path for change in self.changes if change.head is None)


def parse_status(out: bytes) -> Status:
    """Return the status that is in the output of ``git status --porcelain=v2 -z --branch``."""
    commit, branch, changes = None, None, []
    for entry in os.fsdecode(out).split("\0"):
        kind, _, rest = entry.partition(" ")
        if kind == "#":
            key, _, value = rest.partition(" ")
            if key == "branch.oid" and value != "(initial)":
                commit = value
            elif key == "branch.head" and value != "(detached)":
                branch = value
        elif kind == "1":
            states, submodule, mode, _, _, oid, _, path = rest.split(" ", 7)
            changes.append(ChangedPath(path, _entry(mode, oid), submodule, states[0] == "D"))
        elif kind == "u":
            _, submodule, _, mode, _, _, _, oid, _, path = rest.split(" ", 9)
            changes.append(ChangedPath(path, _entry(mode, oid), submodule))
        elif kind == "?":
            changes.append(ChangedPath(rest, None))
    return Status(commit, branch, tuple(changes))


def _entry(mode: str, oid: str) -> tuple[str, str] | None:
    return (mode, oid) if oid.strip("0") else None
