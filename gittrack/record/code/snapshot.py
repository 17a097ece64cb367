"""Uncommitted changes as a commit: the tree that ran, on top of HEAD, and how it differs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run.run_info import Code
from gittrack.core.settings import Settings
from gittrack.git import objects
from gittrack.record.code import limits, patches
from gittrack.record.code.index import IndexEntry, PrivateIndex
from gittrack.record.code.status import ChangedPath, Status

_AUTHOR = "gittrack <gittrack@localhost>"
_ATTEMPTS = 3
_MESSAGE = "Uncommitted changes at the start of a run\n"


class Snapshot(NamedTuple):
    """The code with uncommitted changes: see `capture.Captured` for the fields."""

    code: Code
    tree: str
    diff: dict[str, Any]
    warnings: tuple[str, ...] = ()


def take(
    index: PrivateIndex,
    status: Status,
    code: Code,
    date: int,
    head_tree: str,
    settings: Settings,
) -> Snapshot:
    """Write the changes as a tree and a commit, below the folder of the index.

    It is tried again if files or objects vanish between two of its steps.

    Parameters
    ----------
    index
        The private index of the work tree.
    status
        The changes that count as code.
    code
        The commit, the branch and the remote.
    date
        The time of the commit, which the snapshot gets, too.
    head_tree
        The id of the tree of the commit; empty if there is none.
    settings
        The limits of a snapshot.

    Raises
    ------
    TrackError, OSError
        If git cannot store the changes.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return _take(index, status, code, date, head_tree, settings)
        except TrackError:
            index.remove()
    return _take(index, status, code, date, head_tree, settings)


def _take(
    index: PrivateIndex,
    status: Status,
    code: Code,
    date: int,
    head_tree: str,
    settings: Settings,
) -> Snapshot:
    root = index.root
    without_commit = [
        c for c in status.changes if c.path.endswith("/") and not _has_commit(root, c.path)
    ]
    changes = [change for change in status.changes if change not in without_commit]
    choice = limits.choose(root, changes, settings)
    left_out = [*(change for change, _ in choice.withheld), *choice.crowd]
    index.take(
        [change.path.rstrip("/") for change in choice.chosen],
        [IndexEntry(change.path.rstrip("/"), change.head) for change in left_out],
    )
    tree = index.write_tree()
    differs = tree != head_tree
    diff: dict[str, Any] = {"base": code.commit, "snapshot": None}
    if differs:
        # git compares the trees while their objects are copied
        comparison = patches.start_comparison(index.repo, head_tree or None, tree, index.env)
        index.own(head_tree or None, tree)
        store = objects.Store(index.objects, index.repo.hash_name, flush=False)
        parents = [code.commit] if code.commit else []
        diff["snapshot"] = store.commit(tree, parents, _AUTHOR, date, _MESSAGE)
        diff["files"] = patches.files(comparison)
    notes = _notes_on_repositories(changes, without_commit)
    if not differs and not left_out and not notes:
        return Snapshot(code, head_tree, {})
    if left_out:
        diff["withheld"] = choice.entries()
    if notes:
        diff["inexact"] = notes
    dirty = code._replace(dirty=True, snapshot=diff["snapshot"])
    return Snapshot(dirty, tree, diff, tuple(choice.messages()))


def _notes_on_repositories(
    changes: Sequence[ChangedPath], without_commit: Sequence[ChangedPath]
) -> list[str]:
    """Return what the snapshot lacks of repositories inside the work tree."""
    notes = [
        f"{c.path} is a repository of its own; only its commit is recorded"
        for c in changes
        if c.path.endswith("/") or (c.submodule[0] == "S" and c.submodule[2:] != "..")
    ]
    return notes + [
        f"{c.path} is a repository without a commit; it is not recorded" for c in without_commit
    ]


def _has_commit(root: str, path: str) -> bool:
    """Return whether a repository inside the work tree has a commit to record."""
    folder = os.path.join(root, path)
    verify = ("rev-parse", "--verify", "--quiet", "HEAD")
    return git.Call(["--git-dir", os.path.join(folder, ".git"), *verify]).wait().code == 0
