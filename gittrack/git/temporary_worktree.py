"""Worktrees that are removed when their process ends, and the cleanup after a killed process.

Each worktree has a record, ``<git common dir>/gittrack/trees/<name>``, which is locked while a process
uses the worktree, and is removed with it.  Its lines are JSON: first the private folder of the worktree,
then each worktree of a submodule in it, as [repository, path].  If a record is not locked, its worktree
was left behind.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterator
from gittrack.disk import folders, lock
from gittrack.git import worktree

_PREFIX = "gittrack-"
_CODE = "up/up/up/tree"  # a command that reads ../../data stays in the private folder


class TemporaryWorktree(NamedTuple):
    """A temporary worktree: its record, the lock on the record, and its private folder."""

    record: str
    handle: int
    home: str

    @property
    def folder(self) -> str:
        """The path of the worktree."""
        return os.path.join(self.home, _CODE)


class Leftover(NamedTuple):
    """A worktree of a dead process: its record, the private folder, and worktrees of submodules.

    ``home`` is empty if the process was killed before it wrote the name of the folder.
    """

    record: str
    home: str
    inner: tuple[tuple[str, str], ...] = ()


def make(repo: git.Repo, commit: str) -> TemporaryWorktree:
    """Make a worktree at a commit, in a new folder that only the user can read.  Raises GitError."""
    tree = _claim(repo)
    try:
        os.mkdir(tree.home, 0o700)
    except OSError:
        release(tree)
        raise
    try:
        _add(repo, commit, tree, tree.folder)
    except BaseException:
        remove(repo, tree)
        raise
    return tree


def make_inner(module: git.Repo, commit: str, tree: TemporaryWorktree, folder: str) -> None:
    """Make a worktree of a submodule, at a ``folder`` in a tree; it is removed with the tree.

    Raises GitError.
    """
    _note(tree, [module.common_dir, folder])
    _add(module, commit, tree, folder)


def inner_folders(tree: TemporaryWorktree) -> list[str]:
    """Return the worktrees of submodules in a tree."""
    return [folder for _, folder in _read(tree.record).inner]


def release(tree: TemporaryWorktree) -> None:
    """Keep a worktree for the user: it is not removed any more."""
    Path(tree.record).unlink(missing_ok=True)
    os.close(tree.handle)


def remove(repo: git.Repo, tree: TemporaryWorktree) -> None:
    """Remove a worktree and its folder with all files."""
    _remove(repo, _read(tree.record)._replace(home=tree.home))
    os.close(tree.handle)


def leftovers(repo: git.Repo) -> list[Leftover]:
    """Return the worktrees of this user that dead processes left behind."""
    folder = Path(layout.trees_dir(repo.common_dir))
    names = sorted(folder.iterdir()) if folder.is_dir() else []
    return [_read(str(path)) for path in names if is_ours(path) and not lock.is_held(path)]


def clear(repo: git.Repo, leftover: Leftover) -> bool:
    """Remove a leftover; return whether all of it is removed.  A worktree in use is not changed."""
    handle = lock.acquire(leftover.record)
    if handle is None:
        return False
    try:
        return _remove(repo, _read(leftover.record))
    finally:
        os.close(handle)


def clear_all(repo: git.Repo) -> list[str]:
    """Remove all leftovers; return the folders that were removed."""
    return [
        leftover.home for leftover in leftovers(repo) if clear(repo, leftover) and leftover.home
    ]


def _claim(repo: git.Repo) -> TemporaryWorktree:
    """Write the record before the worktree, so that a kill at any time leaves a record."""
    folder = layout.trees_dir(repo.common_dir)
    folders.make(folder)
    while True:
        name = f"{_PREFIX}{os.urandom(8).hex()}"
        record = os.path.join(folder, name)
        handle = lock.acquire(record)
        if handle is not None and lock.is_at(handle, record):
            break
        if handle is not None:  # another process cleared the record, which was still empty
            os.close(handle)
    tree = TemporaryWorktree(record, handle, os.path.join(tempfile.gettempdir(), name))
    _note(tree, tree.home)
    return tree


def _note(tree: TemporaryWorktree, value: Any) -> None:
    os.write(tree.handle, json.dumps(value).encode() + b"\n")


def _add(repo: git.Repo, commit: str, tree: TemporaryWorktree, folder: str) -> None:
    os.set_inheritable(
        tree.handle, True
    )  # git holds the lock too: it may live longer than this process
    try:
        worktree.add(repo, commit, folder)
    finally:
        os.set_inheritable(tree.handle, False)


def _read(record: str) -> Leftover:
    """Return the leftover that a record names; parts that gittrack cannot have written are ignored."""
    try:
        lines = Path(record).read_text(encoding="utf-8").split("\n")[:-1]
    except FileNotFoundError:  # another process cleared it
        return Leftover(record, "")
    values = list(_parsed(lines))
    home = values[0] if values and isinstance(values[0], str) else ""
    if not os.path.isabs(home) or os.path.basename(home) != os.path.basename(record):
        return Leftover(record, "")
    pairs = [value for value in values[1:] if isinstance(value, list) and len(value) == 2]
    inner = [(str(of), str(at)) for of, at in pairs if os.path.normpath(str(at)) == at]
    return Leftover(
        record, home, tuple((of, at) for of, at in inner if at.startswith(f"{home}/{_CODE}/"))
    )


def _parsed(lines: list[str]) -> Iterator[Any]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:  # not written by us
            return


def _remove(repo: git.Repo, leftover: Leftover) -> bool:
    """Remove all that a record names, and then the record; return whether everything is removed."""
    if leftover.home:
        if is_ours(Path(leftover.home)):
            shutil.rmtree(leftover.home, ignore_errors=True)
        for common_dir, folder in reversed(leftover.inner):
            if os.path.isdir(common_dir):
                worktree.forget(git.find(common_dir), _end_of(folder, leftover.home))
        worktree.forget(repo, _end_of(f"{leftover.home}/{_CODE}", leftover.home))
        if is_ours(Path(leftover.home)):
            return False
    Path(leftover.record).unlink(missing_ok=True)
    return True


def _end_of(folder: str, home: str) -> str:
    """Return the end of a path from the random name on: git can identify a deleted worktree by it."""
    return os.path.relpath(folder, os.path.dirname(home))


def is_ours(path: Path) -> bool:
    """Return whether a path exists, belongs to this user, and is not a link."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    return status.st_uid == os.geteuid() and not stat.S_ISLNK(status.st_mode)
