"""Uncommitted changes as a commit: the tree that ran, on top of HEAD, and how it differs.

The tree is made of the tree of HEAD and the files that changed, because to read and write a copy of the index
takes git 15 ms for 10,000 files.  Whatever is unusual is left to git and its index: settings by which a file
is not stored with the mode or the bytes that it has, and repositories inside the work tree.
"""

from __future__ import annotations

import os
import stat

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import Code
from gittrack.core.settings import Settings
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders
from gittrack.git import objects
from gittrack.git.files import attributes, edited_tree, head, trees
from gittrack.git.files.edited_tree import NewFile
from gittrack.record.code import limits, patches
from gittrack.record.code.index import OPTIONS, IndexEntry, PrivateIndex, WorkTree
from gittrack.record.code.status import ChangedPath, Status

_AUTHOR = "gittrack <gittrack@localhost>"
_ATTEMPTS = 3
_MESSAGE = "Uncommitted changes at the start of a run\n"
# Settings with git's own values; with others, the index decides about a file.
_USUAL = {"core.filemode": True, "core.symlinks": True, "core.ignorecase": False}
_CONVERSIONS = ("core.autocrlf", "core.eol", "core.attributesfile")
_FALSE, _TRUE = ("false", "no", "off", "0", ""), ("true", "yes", "on", "1")
_ODD = frozenset('"\n\r')  # git reads a list of paths, one in a line, some with quotes
_FEW_BYTES = 1 << 20  # of changed files that are stored before git would have started
_FEW_FILES = 100


class Snapshot(NamedTuple):
    """The code with uncommitted changes: see `capture.Captured` for the fields."""

    code: Code
    tree: str
    diff: dict[str, Any]
    warnings: tuple[str, ...] = ()
    ids: Mapping[str, str] = {}


def take(
    index: PrivateIndex,
    status: Status,
    code: Code,
    date: int,
    head_tree: str,
    settings: Settings,
    config: Mapping[str, str] | None = None,
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
    config
        Git's configuration.  Without it, git makes the tree.

    Raises
    ------
    TrackError, OSError
        If git cannot store the changes.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return _take(index, status, code, date, head_tree, settings, config)
        except TrackError:
            index.remove()
    return _take(index, status, code, date, head_tree, settings, config)


def _take(
    index: PrivateIndex,
    status: Status,
    code: Code,
    date: int,
    head_tree: str,
    settings: Settings,
    config: Mapping[str, str] | None,
) -> Snapshot:
    root = index.root
    without_commit = [
        c for c in status.changes if c.path.endswith("/") and not _has_commit(root, c.path)
    ]
    changes = [change for change in status.changes if change not in without_commit]
    choice = limits.choose(root, changes, settings)
    left_out = [*(change for change, _ in choice.withheld), *choice.crowd]
    is_plain = config is not None and _is_plain(index, status.changes, config)
    ids: dict[str, str] = {}
    if is_plain:
        tree, ids = _tree_without_index(index, head_tree, choice)
    else:
        done = {c for c in choice.chosen if c.is_removed or c.path in index.sparse}
        index.take(
            [change.path.rstrip("/") for change in choice.chosen if change not in done],
            [IndexEntry(change.path.rstrip("/"), change.head) for change in left_out],
        )
        tree = index.write_tree()
    differs = tree != head_tree
    diff: dict[str, Any] = {"base": code.commit, "snapshot": None}
    if differs:
        # git compares the trees while their objects are copied
        comparison = patches.start_comparison(index.repo, head_tree or None, tree, index.env)
        if not is_plain:
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
    return Snapshot(dirty, tree, diff, tuple(choice.messages()), ids)


def _is_plain(
    index: PrivateIndex, changes: Sequence[ChangedPath], config: Mapping[str, str]
) -> bool:
    """Return whether the tree can be made without git's index."""
    if index.broken or index.flagged or index.shadowing or head.is_replaced(index.repo.common_dir):
        return False
    values = ((config.get(key, str(value)).lower(), value) for key, value in _USUAL.items())
    has_usual_settings = all(text in (_TRUE if value else _FALSE) for text, value in values)
    paths = [change.path for change in changes]
    has_odd_names = any(path.endswith("/") or _ODD.intersection(path) for path in paths)
    has_odd_states = any(c.submodule != "N..." or c.path in index.sparse for c in changes)
    is_unusual = has_odd_names or has_odd_states or _has_attributes(index, paths, config)
    return has_usual_settings and not is_unusual


def _has_attributes(index: PrivateIndex, paths: Sequence[str], config: Mapping[str, str]) -> bool:
    """Return whether git may convert files: then it looks at what the index has of them."""
    if any(config.get(key, "").lower() not in _FALSE for key in _CONVERSIONS):
        return True
    if b".gitattributes\0" in index.listing:
        return True
    if attributes.convert_everywhere(index.repo.common_dir, config):
        return True
    tops = (os.path.join(index.root, folder) for folder in edited_tree.folders(paths))
    return any(os.path.lexists(os.path.join(top, ".gitattributes")) for top in tops)


def _tree_without_index(
    index: PrivateIndex, base: str, choice: limits.CaptureChoice
) -> tuple[str, dict[str, str]]:
    """Write the tree ``base`` with the changes in it, and the objects that it needs.

    Returns the id of the tree, and the ids of the files that changed.
    """
    folders.make(index.objects)
    store = objects.Store(index.objects, index.repo.hash_name, flush=False)
    modes = _modes(index.root, [change for change in choice.chosen if not change.is_removed])
    files: dict[str, NewFile | None] = dict.fromkeys(change.path for change in choice.chosen)
    names = edited_tree.folders(files)
    earlier = trees.read(index.repo.common_dir, base, names) if base else {}
    questions = [f"{base}:{name}" for name in names] if earlier is None else []
    contents = git.read_objects(index.repo, questions)
    plain = [path for path, mode in modes.items() if stat.S_ISREG(mode)]
    is_little = choice.size <= _FEW_BYTES and len(plain) <= _FEW_FILES
    ids = _stored(index, store, plain) if is_little else _stored_by_git(index, plain)
    for path, oid in ids.items():
        files[path] = NewFile("100755" if modes[path] & stat.S_IXUSR else "100644", oid)
    for path in (path for path, mode in modes.items() if stat.S_ISLNK(mode)):
        link = os.fsencode(os.readlink(os.path.join(index.root, path)))
        files[path] = NewFile("120000", store.blob(link))
    if earlier is None:
        earlier = dict(zip(names, contents, strict=True))  # git has read them meanwhile
    return edited_tree.write(store, earlier, files), ids


def _stored(index: PrivateIndex, store: objects.Store, paths: Sequence[str]) -> dict[str, str]:
    """Store the bytes of files, and return their ids.  Raises TrackError if a file vanishes."""
    ids = {}
    for path in paths:
        try:
            with open(os.path.join(index.root, path), "rb", buffering=0) as file:
                content = file.read()
        except OSError as error:
            raise TrackError(f"{path} cannot be read: {error.strerror}", "is it being written?")
        ids[path] = store.blob(content)
    return ids


def _stored_by_git(index: PrivateIndex, paths: Sequence[str]) -> dict[str, str]:
    """Let git do the same, which needs little memory for large files and little time for many."""
    feed = os.fsencode("".join(f"{path}\n" for path in paths))
    words = (*OPTIONS, "hash-object", "-w", "--no-filters", "--stdin-paths")
    oids = index.repo.call(*words, env=index.env, feed=feed).output().decode().split()
    index.copy(dict.fromkeys(oids, "blob"))
    return dict(zip(paths, oids, strict=True))


def _modes(root: str, changes: Sequence[ChangedPath]) -> dict[str, int]:
    """Return the mode of each path in the work tree; 0 if a file was deleted.

    A path may be a folder now, whose files have paths of their own.  Raises TrackError for anything else.
    """
    work_tree, modes = WorkTree(root), {}
    for path in (change.path for change in changes):
        mode = os.lstat(os.path.join(root, path)).st_mode if work_tree.has(path) else 0
        if mode and not any(
            is_kind(mode) for is_kind in (stat.S_ISREG, stat.S_ISLNK, stat.S_ISDIR)
        ):
            raise TrackError(f"{path} is not a file", "remove it from git: git rm --cached")
        modes[path] = mode
    return modes


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
