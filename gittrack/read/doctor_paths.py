"""Find runs with dangerous paths, which leave the folder of a run: in their trees or in outputs.yaml."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout, paths, yaml_read
from gittrack.core.errors import TrackError
from gittrack.read.runs.reader import Raw

_DEEPEST = 200  # levels of folders that are read; a deeper tree is reported


class CheckedTree(NamedTuple):
    """What is checked of a tree object: its first refused name, {name: id} of its folders, its files."""

    wrong: str | None
    folders: Mapping[str, str]
    files: frozenset[str] = frozenset()


def faults(repo: git.Repo, raws: Sequence[Raw]) -> Iterator[tuple[Raw, str]]:
    """Yield (run, what is wrong) for each run with a path that `restore.write` refuses.

    Each tree object is read once, even if many runs share it.
    """
    roots = roots_of(repo, raws)
    trees = read_trees(repo, list(roots.values()))
    outputs = git.read_objects(repo, [f"{raw.commit}:{layout.OUTPUTS}" for raw in raws])
    for raw, data in zip(raws, outputs, strict=True):
        root = roots.get(str(raw.commit))
        why = _in_tree(trees, root) if root else None
        why = why or (_in_outputs(data) if data else None)
        if why:
            yield raw, why


def roots_of(repo: git.Repo, raws: Sequence[Raw]) -> dict[str, str]:
    """Return {commit: id of its tree} of the runs whose commit can be read."""
    contents = git.read_objects(repo, [str(raw.commit) for raw in raws])
    return {
        str(raw.commit): data.partition(b"\n")[0].decode().removeprefix("tree ")
        for raw, data in zip(raws, contents, strict=True)
        if data is not None
    }


def read_trees(
    repo: git.Repo, roots: Sequence[str], absent: Set[str] = frozenset()
) -> dict[str, CheckedTree]:
    """Return every tree below the roots except the absent ones, read level by level."""
    trees: dict[str, CheckedTree] = {}
    size = hashlib.new(repo.hash_name).digest_size
    level = [oid for oid in dict.fromkeys(roots) if oid not in absent]
    for _ in range(_DEEPEST):
        for oid, data in zip(level, git.read_objects(repo, level), strict=True):
            trees[oid] = _parsed(data or b"", size)
        inner = (oid for tree in level for oid in trees[tree].folders.values())
        level = [oid for oid in dict.fromkeys(inner) if oid not in trees and oid not in absent]
        if not level:
            break
    return trees


def _parsed(data: bytes, size: int) -> CheckedTree:
    """Parse a tree object: a sequence of ``<mode> <name> NUL <id of size bytes>``."""
    wrong, folders, files, at = None, {}, set(), 0
    while (end := data.find(b"\0", at)) >= 0:
        mode, _, name = data[at:end].partition(b" ")
        at = end + 1 + size
        text = os.fsdecode(name)
        if "/" in text or paths.fault(text):
            wrong = wrong or text
        if mode.lstrip(b"0") == b"40000":
            folders[text] = data[end + 1 : at].hex()
        else:
            files.add(data[end + 1 : at].hex())
    return CheckedTree(wrong, folders, frozenset(files))


def _in_tree(trees: Mapping[str, CheckedTree], root: str) -> str | None:
    """Return what is wrong below a tree; each folder is checked once, even if it has several parents."""
    waiting, seen = [("", root, 0)], {root}
    while waiting:
        prefix, oid, depth = waiting.pop()
        tree = trees.get(oid)
        if tree is None:
            return f"its tree is more than {depth} folders deep"
        if tree.wrong is not None:
            return f"its tree has the path {prefix + tree.wrong!r}"
        for name, inner in tree.folders.items():
            if inner not in seen:
                seen.add(inner)
                waiting.append((f"{prefix}{name}/", inner, depth + 1))
    return None


def _in_outputs(data: bytes) -> str | None:
    try:
        items = yaml_read.load_stored(data, layout.OUTPUTS)["outputs"]
        for item in items:
            path, link = item["path"], item.get("link")
            why = paths.fault(path)
            if why:
                return f"outputs.yaml has the path {path!r}, which {why}"
            why = None if link is None else paths.link_fault(path, link)
            if why:
                return f"outputs.yaml has the link {path!r} to {link!r}, which {why}"
    except (TrackError, ValueError, TypeError, KeyError, AttributeError):
        return None  # reported as damage
    return None
