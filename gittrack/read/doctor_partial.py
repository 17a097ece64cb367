"""Find the runs that cannot be checked completely, because a partial clone left out some of their objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from gittrack import git
from gittrack.git import integrity, notes
from gittrack.read import doctor_paths
from gittrack.read.doctor_paths import CheckedTree
from gittrack.read.runs.reader import Raw


def incomplete(repo: git.Repo, raws: Sequence[Raw]) -> set[str]:
    """Return the commits of runs with an object that this partial clone left out; nothing is fetched."""
    if notes.promisor(repo) is None:
        return set()
    absent = integrity.absent_objects(repo, [str(raw.commit) for raw in raws])
    if not absent:
        return set()
    roots = doctor_paths.roots_of(repo, raws)
    trees = doctor_paths.read_trees(repo, list(roots.values()), absent)
    return {commit for commit, root in roots.items() if _lacks(trees, root, absent)}


def _lacks(trees: Mapping[str, CheckedTree], root: str, absent: Set[str]) -> bool:
    """Return whether an object below a tree is absent; each folder is looked at once."""
    waiting, seen = [root], {root}
    while waiting:
        tree = trees.get(waiting.pop())
        if tree is None or not absent.isdisjoint(tree.files):
            return True
        inner = set(tree.folders.values()) - seen
        waiting += inner
        seen |= inner
    return False
