"""Worktrees with exactly the code of a commit, made without running a hook that the repository names."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gittrack.git import Repo


def add(repo: Repo, commit: str, folder: str, branch: str | None = None) -> None:
    """Make a worktree at a commit, detached or on a new branch.  Raises GitError."""
    how = ("-b", branch) if branch else ("--detach",)
    # The folder is absolute and the commit a full id: neither can be taken for an option.
    repo.read("worktree", "add", "--quiet", *how, os.path.abspath(folder), commit)


def forget(repo: Repo, folder: str) -> None:
    """Have git forget a worktree, if it knows it; ``folder`` is its path, or the end of that."""
    repo.call("worktree", "remove", "--force", "--force", folder, shared=True).wait()


def links(repo: Repo, commit: str) -> Iterator[tuple[str, str]]:
    """Yield (path, commit) of the submodules of a commit."""
    out = repo.read("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
    for entry in os.fsdecode(out).split("\0"):
        facts, _, path = entry.partition("\t")
        if facts.startswith("160000 "):
            yield path, facts.split()[2]
