"""Runs that workers delivered a moment ago: their refs and parts are read without a process, if possible."""

from __future__ import annotations

from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Sequence
from gittrack.git import objects, refs
from gittrack.git.files import loose


class RunParts(NamedTuple):
    """The content of the commit of a run, of its tree, and of its run.yaml; None if one is missing."""

    commit: bytes | None
    tree: bytes | None
    run_yaml: bytes | None


def refs_now(repo: git.Repo, names: Sequence[str], *, ask: bool = True) -> dict[str, str]:
    """Return {ref: id} of those refs that exist; those without a file only if git may be asked (``ask``)."""
    new = {name: oid for name in names if (oid := loose.ref(repo.common_dir, name)) is not None}
    others = [name for name in names if name not in new]
    listed = refs.now(repo, *others) if others and ask else []
    return {**new, **{ref.name: ref.oid for ref in listed if ref.oid and ref.name in others}}


def parts(repo: git.Repo, commits: Sequence[str]) -> list[RunParts]:
    """Return the parts of runs; git is asked about those that have no files."""
    new = {oid: run for oid in commits if (run := _loose(repo, oid)) is not None}
    others = [oid for oid in commits if oid not in new]
    names = [name for oid in others for name in (oid, f"{oid}^{{tree}}", f"{oid}:{layout.RUN}")]
    contents = list(git.read_objects(repo.fetching(), names))
    from_git = {oid: RunParts(*contents[3 * i : 3 * i + 3]) for i, oid in enumerate(others)}
    return [new[oid] if oid in new else from_git[oid] for oid in commits]


def _loose(repo: git.Repo, oid: str) -> RunParts | None:
    """Return the parts of a run from files that git has not packed yet; None if git must be asked."""
    commit = loose.read_object(repo.common_dir, oid) or b""
    top = commit.partition(b"\n")[0].removeprefix(b"tree ").decode(errors="replace")
    tree = loose.read_object(repo.common_dir, top)
    if tree is None:
        return None
    try:
        entries = objects.parse_tree(tree, len(oid) // 2)
    except ValueError:  # it is damaged
        return None
    run_yaml = next((entry.oid for entry in entries if entry.name == layout.RUN), "")
    text = loose.read_object(repo.common_dir, run_yaml)
    return None if text is None else RunParts(commit, tree, text)
