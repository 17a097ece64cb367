"""Files that git ignores and that a worktree gets from the user's tree: data, environments, empty folders.

Data is copied, by reference if the file system can do that.  Data of more than `_MOST_BYTES` becomes links to
single files in folders of the worktree, so that new files stay in the worktree; but only if what they lead to
can be made read-only for the command.  A virtual environment is one link.
"""

from __future__ import annotations

import collections
import os
import shutil
import tempfile
from typing import NamedTuple

from gittrack.core import paths
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Iterator, Sequence
from gittrack.disk import copies, read_only
from gittrack.launch.users_files import UsersFiles
from gittrack.record.evidence import untracked_folders

_MOST_BYTES = 256 << 20
_MOST_FILES = 10_000
_MOST_MOUNTS = 100
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
    can_link
        Whether files of the user can be made read-only for the command, so that links to them are safe.
    """

    top: str
    folder: str
    home: str
    can_link: bool = True

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
        is_forged = inner != "." and paths.fault(inner)
        if is_forged or not target.startswith(f"{os.path.realpath(self.home)}/"):
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


class Brought(NamedTuple):
    """What a worktree got: the paths in it that are not code, and the files of the user that it shares."""

    not_code: tuple[str, ...] = ()
    users_files: UsersFiles | None = None


def bring_all(
    trees: TreePair, git_dir: str, candidates: Sequence[str], tracked_links: Iterable[str] = ()
) -> Brought:
    """Bring paths and the environments at the top of the user's tree into a worktree.

    Parameters
    ----------
    trees
        The two trees.
    git_dir
        The git folder of the repository, to which the command may write.
    candidates
        Paths from the top of the user's tree.  One that is absolute stays where the user has it, and is
        brought beside the worktree as well if it lies near the tree.
    tracked_links
        The symbolic links in the worktree; what absolute ones lead to is shared.

    Raises
    ------
    TrackError
        For a path that would be made outside the folder of the worktree, and for data that can be neither
        copied nor protected.
    """
    top = os.path.realpath(trees.top)
    folders = (git_dir, trees.home, tempfile.gettempdir(), *_caches())
    trees = trees._replace(can_link=read_only.works(_view([top], folders)))
    installed = [path for path in environments(trees.top) if path not in candidates]
    shared = list(_absolute_targets(trees.folder, tracked_links))
    for path in (*candidates, *installed):
        relative = os.path.relpath(path, trees.top) if os.path.isabs(path) else path
        if os.path.isabs(path) and relative.startswith("../"):
            shared.append(os.path.realpath(path))
        if not relative.startswith("../../../../"):
            shared += bring(trees, relative)
    shared = [path for path in shared if not _is_above(path, folders)]
    inner = [os.path.normpath(path) for path in (*candidates, *installed)]
    not_code = tuple(path for path in inner if not path.startswith(("..", "/")))
    view = _view([top, *_outside(shared, top)], folders)
    if not (trees.can_link and read_only.works(view)):
        return Brought(not_code, UsersFiles(top, tuple(dict.fromkeys(shared))))
    watched = dict.fromkeys(path for path in shared if not is_environment(path))
    return Brought(not_code, UsersFiles(top, tuple(watched), view))


def _absolute_targets(folder: str, links: Iterable[str]) -> Iterator[str]:
    for path in links:
        link = os.path.join(folder, path)
        if os.path.isabs(os.readlink(link)) and os.path.exists(link):
            yield os.path.realpath(link)


def _is_above(path: str, folders: Iterable[str]) -> bool:
    """Return whether a path is or contains one of the folders to which a command may write."""
    return any(f"{os.path.realpath(f)}/".startswith(f"{path.rstrip('/')}/") for f in folders)


def _view(folders: Iterable[str], exceptions: Iterable[str]) -> read_only.View:
    named = list(dict.fromkeys(folders))
    others = read_only.aliases(named[0])  # of the user's tree
    chosen = (*named, *(other for other in others if _is_on_disk_of(named[0], other)))
    real = dict.fromkeys(map(os.path.realpath, exceptions))
    return read_only.View(
        chosen, tuple(path for path in real if path.startswith(tuple(f"{f}/" for f in chosen)))
    )


def _is_on_disk_of(folder: str, path: str) -> bool:
    """Return whether a path is there, and not hidden by another disk that is mounted over it."""
    return os.path.exists(path) and os.stat(path).st_dev == os.stat(folder).st_dev


def _caches() -> list[str]:
    """Return the folders in which programs of the user keep what they may need to write."""
    return [os.path.expanduser(f"~/{name}") for name in (".cache", ".config", ".local")]


def _outside(shared: Sequence[str], top: str) -> list[str]:
    """Return what lies outside the user's tree: files, or folders of which many files are shared."""
    outside = [path for path in dict.fromkeys(shared) if not f"{path}/".startswith(f"{top}/")]
    counts = collections.Counter(map(os.path.dirname, outside))
    chosen = (
        folder if counts[folder := os.path.dirname(path)] > _MOST_MOUNTS else path
        for path in outside
    )
    return list(dict.fromkeys(chosen))


def bring(trees: TreePair, path: str) -> list[str]:
    """Bring the files of a path that a worktree lacks; return those files of the user that are linked.

    A tracked link in the worktree is followed: what it leads to in the user's tree is brought to where it
    leads in the worktree.  Raises TrackError for a path that would be made elsewhere.
    """
    named = os.path.join(trees.folder, path)
    if os.path.islink(named) and os.path.exists(named) and os.path.isabs(os.readlink(named)):
        return [os.path.realpath(named)]
    target = trees.target(path)
    source = trees.source(target)
    if not os.path.exists(source):
        return []
    if is_environment(source):
        if not os.path.lexists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source, target)
        return [os.path.realpath(source)]
    linked = _copy_or_link(trees, list(_missing(source, target, ())))
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


def _copy_or_link(trees: TreePair, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Make the targets of (source, target) pairs; return the files of the user that are linked."""
    for source, target in pairs:
        os.makedirs(target if os.path.isdir(source) else os.path.dirname(target), exist_ok=True)
    files = [(source, target) for source, target in pairs if not os.path.isdir(source)]
    if not files:
        return []
    size = sum(os.path.getsize(source) for source, _ in files)
    is_large = len(files) > _MOST_FILES or size > _MOST_BYTES
    if is_large and not copies.clone_file(*files[0]):
        if trees.can_link:
            return [_link(*pair) for pair in files]
        _check_room(trees.home, size)
    for source, target in files:
        copies.copy_file(source, target)
    return []


def _link(source: str, target: str) -> str:
    real = os.path.realpath(source)
    os.symlink(real, target)
    return real


def _check_room(folder: str, size: int) -> None:
    """Raise TrackError if a disk has no room for copies of large data."""
    if size > shutil.disk_usage(folder).free // 2:
        raise TrackError(
            f"the data has {size / 1e9:.1f} GB: too much to copy to {folder}, and this system cannot make "
            "it read-only for the command",
            "set TMPDIR to a folder with more room, or use --in-place",
        )


def _dangling(target: str) -> list[str]:
    """Return the links below a path that lead to nothing."""
    links = [os.path.join(f, name) for f, _, names in os.walk(target) for name in names]
    return [path for path in links if os.path.islink(path) and not os.path.exists(path)]


def make_folders(trees: TreePair, folders: Iterable[str] | None) -> None:
    """Make folders in a worktree, from its root; if None, those that git does not track in the user's tree.

    A command writes into them, and may expect that they are there.  Raises TrackError for a path outside.
    """
    if folders is None:
        folders = untracked_folders.untracked(
            trees.top, lambda path: os.path.lexists(os.path.join(trees.folder, path))
        )
    for path in folders:
        target = trees.target(path)
        if not os.path.lexists(target):
            os.makedirs(target)
