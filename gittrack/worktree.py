"""Worktrees with exactly the code of a commit, made without running a hook that the repository names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator

from gittrack.git import Repo


def add(repo: Repo, commit: str, folder: str, branch: str | None = None) -> None:
    """Make a worktree at a commit, detached or on a new branch.  Raises GitError."""
    how = ("-b", branch) if branch else ("--detach",)
    # The folder is absolute and the commit a full id: neither can be taken for an option.
    repo.read("worktree", "add", "--quiet", *how, os.path.abspath(folder), commit)


def home() -> str:
    """Make a folder that only the user can read, for a worktree in it."""
    return tempfile.mkdtemp(prefix="gittrack-")  # mode 0700


def inside(place: str) -> str:
    """Return where the worktree is in a folder of `home`."""
    return os.path.join(place, "tree")


def private(repo: Repo, commit: str, place: str | None = None) -> str:
    """Make a disposable worktree in a folder of `home`, a new one if need be; return its path."""
    folder = inside(place or home())
    try:
        add(repo, commit, folder)
    except BaseException:
        remove(repo, folder)
        raise
    return folder


def remove(repo: Repo, folder: str) -> None:
    """Remove a worktree that `private` made, and what was left in it."""
    known = forget(repo, folder)
    shutil.rmtree(os.path.dirname(folder), ignore_errors=True)
    if not known:
        repo.call("worktree", "prune", shared=True).wait()


def forget(repo: Repo, folder: str) -> bool:
    """Remove a worktree, whatever is in it; return whether git knew it."""
    answer = repo.call("worktree", "remove", "--force", "--force", folder, shared=True).wait()
    return answer.code == 0


def links(repo: Repo, commit: str) -> Iterator[tuple[str, str]]:
    """Yield (path, commit) of the submodules of a commit."""
    out = repo.read("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
    for entry in os.fsdecode(out).split("\0"):
        facts, _, path = entry.partition("\t")
        if facts.startswith("160000 "):
            yield path, facts.split()[2]
