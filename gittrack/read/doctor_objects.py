"""Read the objects of a block of runs, each once, and check that the hash of each is its name."""

from __future__ import annotations

import hashlib
import os
import re
from typing import NamedTuple

from gittrack import git
from gittrack.core import paths
from gittrack.core.run import schemas
from gittrack.core.standard import functools
from gittrack.core.standard.collections import Iterator, Mapping, Sequence, Set
from gittrack.git import integrity

_DEEPEST = 200  # levels of folders that are read
_LARGE = 1 << 20  # bytes; such a file is read once, also if runs of several blocks share it
_NEEDED = frozenset(schemas.SHAPES)


class CheckedTree(NamedTuple):
    """A tree object: its first refused name, {name: id} of its folders, and of its files."""

    wrong: str | None
    folders: Mapping[str, str]
    files: Mapping[str, str]


_EMPTY = CheckedTree(None, {}, {})


class RunObjects(NamedTuple):
    """The objects of some runs; the code, which is in the parents of their commits, is not among them.

    Parameters
    ----------
    roots : mapping
        {run commit: id of its tree}, of the commits that can be read.
    trees : mapping
        {id: tree}, down to a depth of 200.
    wrong : set of str
        The objects that cannot be read, or whose hash is not their name.
    contents : mapping
        {id: content} of the files at the top of the trees that have a schema.
    """

    roots: Mapping[str, str]
    trees: Mapping[str, CheckedTree]
    wrong: Set[str]
    contents: Mapping[str, bytes]

    def file(self, commit: str | None, name: str) -> bytes | None:
        """Return a file with a schema; None if the run does not have it, or if it cannot be read."""
        root = self.trees.get(self.roots.get(commit or "", ""), _EMPTY)
        return self.contents.get(root.files.get(name, ""))

    def files(self, commit: str | None) -> dict[str, bytes | None]:
        """Return {name: `file`} for every file with a schema."""
        ids = self.trees.get(self.roots.get(commit or "", ""), _EMPTY).files
        return {name: self.contents.get(ids.get(name, "")) for name in schemas.SHAPES}

    def has(self, commit: str, path: str) -> bool:
        """Return whether a file of a run was read and is sound; False also if that is not known."""
        if self.wrong:
            return False
        *folders, name = path.split("/")
        tree = self.trees.get(self.roots.get(commit, ""), _EMPTY)
        for folder in folders:
            tree = self.trees.get(tree.folders.get(folder, ""), _EMPTY)
        return name in tree.files

    def garbled(self, commit: str) -> str | None:
        """Return the first object of a run whose content does not match its id; None if all do."""
        if not self.wrong:
            return None
        objects = _below(self.trees, self.roots[commit]) if commit in self.roots else ()
        return next((oid for oid in (commit, *objects) if oid in self.wrong), None)

    def has_wrong_folder(self, commit: str) -> bool:
        """Return whether a folder of a run is in `wrong`; git stops if it looks for a path in such a one."""
        if not self.wrong or commit not in self.roots:
            return False
        below = _below(self.trees, self.roots[commit])
        return any(oid in self.wrong and oid in self.trees for oid in below)


def _below(trees: Mapping[str, CheckedTree], root: str) -> Iterator[str]:
    """Yield the objects of a tree; each folder is looked at once."""
    waiting, seen = [root], {root}
    while waiting:
        oid = waiting.pop()
        tree = trees.get(oid, _EMPTY)
        yield oid
        yield from tree.files.values()
        inner = set(tree.folders.values()) - seen
        waiting += inner
        seen |= inner


class Reader:
    """Reads the objects of runs, a block of runs at a time."""

    def __init__(self, repo: git.Repo) -> None:
        self._repo = repo
        self._large: dict[str, bool] = {}  # {id: whether it is sound}

    def read(self, commits: Sequence[str]) -> RunObjects:
        """Return the checked objects of run commits."""
        wrong: set[str] = set()
        roots: dict[str, str] = {}
        for commit, data in integrity.contents(self._repo, commits, commits):
            if data is None:
                wrong.add(commit)
            else:
                roots[commit] = data.partition(b"\n")[0].decode().removeprefix("tree ")
        trees = read_trees(self._repo, list(roots.values()), wrong=wrong)
        named = (trees[oid].files for oid in set(roots.values()) if oid in trees)
        needed = {oid for files in named for name, oid in files.items() if name in _NEEDED}
        blobs = dict.fromkeys(oid for tree in trees.values() for oid in tree.files.values())
        return RunObjects(roots, trees, wrong, self._contents(list(blobs), needed, wrong))

    def _contents(
        self, blobs: Sequence[str], needed: Set[str], wrong: set[str]
    ) -> dict[str, bytes]:
        """Return the content of the blobs to keep; the others are only checked."""
        result = {}
        unread = [oid for oid in blobs if oid not in self._large or oid in needed]
        wrong.update(oid for oid in blobs if self._large.get(oid) is False)
        for oid, data in integrity.contents(self._repo, unread, needed):
            if data is None:
                wrong.add(oid)
                self._large[oid] = False
            elif oid in needed:
                result[oid] = data
            elif not 0 < len(data) < _LARGE:  # of a very large one there is no content
                self._large[oid] = True
        return result


def read_trees(
    repo: git.Repo, roots: Sequence[str], wrong: set[str], absent: Set[str] = frozenset()
) -> dict[str, CheckedTree]:
    """Return every tree below the roots except the absent ones, read level by level.

    The wrong ones are added to ``wrong``, and count as empty.
    """
    trees: dict[str, CheckedTree] = {}
    size = hashlib.new(repo.hash_name).digest_size
    level = [oid for oid in dict.fromkeys(roots) if oid not in absent]
    for _ in range(_DEEPEST):
        for oid, data in integrity.contents(repo, level, level):
            trees[oid] = _EMPTY if data is None else _parsed(data, size)
            if data is None:
                wrong.add(oid)
        inner = (oid for tree in level for oid in trees[tree].folders.values())
        level = [oid for oid in dict.fromkeys(inner) if oid not in trees and oid not in absent]
        if not level:
            break
    return trees


def _parsed(data: bytes, size: int) -> CheckedTree:
    """Parse a tree object: a sequence of ``<mode> <name> NUL <id of size bytes>``."""
    refused = None
    folders: dict[str, str] = {}
    files: dict[str, str] = {}
    entries = _entries(size).findall(data, 0, data.rfind(b"\0") + 1 + size)
    for head, oid in entries:
        is_folder, name, is_refused = _entry(head)
        if is_refused:
            refused = refused or name
        if is_folder is not None:
            (folders if is_folder else files)[name] = oid.hex()
    return CheckedTree(refused, folders, files)


@functools.lru_cache(maxsize=2)
def _entries(size: int) -> re.Pattern[bytes]:
    """Return the pattern of an entry: what is before its NUL, and its id."""
    return re.compile(rb"([^\0]*)\0(.{0,%d})" % size, re.DOTALL)


@functools.lru_cache(maxsize=1024)  # the same names in most runs
def _entry(head: bytes) -> tuple[bool | None, str, bool]:
    """Return whether an entry is a folder, its name, and whether this is refused.

    The first is None for the commit of a submodule, which is not in this repository.
    """
    mode, _, name = head.partition(b" ")
    text = os.fsdecode(name)
    is_refused = "/" in text or paths.fault(text) is not None
    is_folder = None if mode == b"160000" else mode.lstrip(b"0") == b"40000"
    return is_folder, text, is_refused
