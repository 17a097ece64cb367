"""Find the runs that cannot be checked completely, because a partial clone left out some of their objects."""

from __future__ import annotations

from gittrack import git
from gittrack.core.standard.collections import Mapping, Sequence, Set
from gittrack.git import integrity
from gittrack.read import doctor_objects
from gittrack.read.doctor_objects import CheckedTree
from gittrack.read.runs.reader import Raw


def incomplete(repo: git.Repo, raws: Sequence[Raw]) -> set[str]:
    """Return the commits of runs with an object that this partial clone left out; nothing is fetched."""
    absent = integrity.absent_objects(repo, [str(raw.commit) for raw in raws])
    if not absent:
        return set()
    roots = _roots_of(repo, raws)
    trees = doctor_objects.read_trees(repo, list(roots.values()), set(), absent)
    return {commit for commit, root in roots.items() if _lacks(trees, root, absent)}


def _lacks(trees: Mapping[str, CheckedTree], root: str, absent: Set[str]) -> bool:
    """Return whether an object below a tree is absent; each folder is looked at once."""
    waiting, seen = [root], {root}
    while waiting:
        tree = trees.get(waiting.pop())
        if tree is None or not absent.isdisjoint(tree.files.values()):
            return True
        inner = set(tree.folders.values()) - seen
        waiting += inner
        seen |= inner
    return False


def _roots_of(repo: git.Repo, raws: Sequence[Raw]) -> dict[str, str]:
    """Return {commit: id of its tree} of the runs whose commit can be read."""
    contents = git.read_objects(repo, [str(raw.commit) for raw in raws])
    return {
        str(raw.commit): data.partition(b"\n")[0].decode().removeprefix("tree ")
        for raw, data in zip(raws, contents, strict=True)
        if data is not None
    }
