"""Files that git ignores and that a worktree gets from the user's tree: data, environments, empty folders.

Data of up to `_MOST_BYTES` is copied.  Larger data becomes links to single files in folders of the worktree,
so that new files stay in the worktree.  A virtual environment is one link.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gittrack.core import paths
from gittrack.core.errors import TrackError

_MOST_BYTES = 256 << 20
_MOST_FILES = 10_000
_ENVIRONMENTS = ("pyvenv.cfg", "conda-meta", "envs")


class TreePair(NamedTuple):
    """A worktree and the tree that it is filled from.

    Attributes
    ----------
    top
        The user's tree.
    folder
        The worktree.
    home
        The folder of the worktree, and of what lies beside it; nothing is written outside.
    """

    top: str
    folder: str
    home: str

    def target(self, path: str) -> str:
        """Return the path in or beside the worktree that stands for a path of the user.

        Raises TrackError if it would be outside `home`.
        """
        relative = (
            os.path.relpath(path, self.top) if os.path.isabs(path) else os.path.normpath(path)
        )
        inner = relative
        while inner.startswith("../"):
            inner = inner[3:]
        target = os.path.realpath(os.path.join(self.folder, relative))
        if paths.fault(inner) or not target.startswith(f"{os.path.realpath(self.home)}/"):
            raise TrackError(
                f"the path {path} leads out of its code, so it is not linked",
                "do not trust this run, or correct track.link",
            )
        return target

    def source(self, target: str) -> str:
        """Return the path of the user for which a path in or beside the worktree stands."""
        return os.path.normpath(
            os.path.join(self.top, os.path.relpath(target, os.path.realpath(self.folder)))
        )


def bring(trees: TreePair, path: str) -> list[str]:
    """Bring the files of a path that a worktree lacks; return those files of the user that are linked.

    A tracked link in the worktree is followed: what it leads to in the user's tree is brought to where it
    leads in the worktree.  Raises TrackError for a path that would be made elsewhere.
    """
    named = os.path.join(trees.folder, path)
    if os.path.islink(named) and os.path.exists(named) and os.path.isabs(os.readlink(named)):
        return []
    target = trees.target(path)
    source = trees.source(target)
    if not os.path.exists(source):
        return []
    if is_environment(source):
        if not os.path.lexists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source, target)
        return []
    linked = _copy_or_link(list(_missing(source, target, ())))
    for link in _dangling(target):
        linked += bring(
            trees, os.path.relpath(os.path.realpath(link), os.path.realpath(trees.folder))
        )
    return linked


def is_environment(folder: str) -> bool:
    """Return whether a folder holds an installed environment of venv, conda or pixi."""
    name = os.path.basename(folder)
    return any(os.path.exists(os.path.join(folder, mark)) for mark in _ENVIRONMENTS[:2]) or (
        name == ".pixi" and os.path.isdir(os.path.join(folder, "envs"))
    )


def environments(top: str) -> list[str]:
    """Return the environments at the top of a tree, such as ``.venv``."""
    with os.scandir(top) as entries:
        return sorted(
            entry.name for entry in entries if entry.is_dir() and is_environment(entry.path)
        )


def _missing(source: str, target: str, parents: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (source, target) of every file that the target lacks, and of empty folders."""
    if os.path.isfile(source):
        if not os.path.lexists(target):
            yield source, target
        return
    real = os.path.realpath(source)
    if not os.path.isdir(source) or real in parents or os.path.islink(target):
        return
    if os.path.lexists(target) and not os.path.isdir(target):
        return
    names = [name for name in sorted(os.listdir(source)) if name != ".git"]
    if not names and not os.path.lexists(target):
        yield source, target
    for name in names:
        yield from _missing(
            os.path.join(source, name), os.path.join(target, name), (*parents, real)
        )


def _copy_or_link(pairs: Sequence[tuple[str, str]]) -> list[str]:
    is_small = (
        len(pairs) <= _MOST_FILES and sum(os.path.getsize(s) for s, _ in pairs) <= _MOST_BYTES
    )
    linked = []
    for source, target in pairs:
        if os.path.isdir(source):
            os.makedirs(target, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if is_small:
            shutil.copy2(source, target)
        else:
            os.symlink(os.path.realpath(source), target)
            linked.append(os.path.realpath(source))
    return linked


def _dangling(target: str) -> list[str]:
    """Return the links below a path that lead to nothing."""
    links = [os.path.join(f, name) for f, _, names in os.walk(target) for name in names]
    return [path for path in links if os.path.islink(path) and not os.path.exists(path)]


def make_folders(trees: TreePair, paths_of_output: Sequence[str]) -> None:
    """Make the folders that outputs are written to, if the user has them and the worktree lacks them."""
    for path in paths_of_output:
        folder = os.path.dirname(path) if not os.path.isabs(path) else ""
        if folder and os.path.isdir(os.path.join(trees.top, folder)):
            os.makedirs(trees.target(folder), exist_ok=True)
