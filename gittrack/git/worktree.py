"""Worktrees with exactly the code of a commit, made without running a hook that the repository names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

from gittrack.git import Repo, find


def add(repo: Repo, commit: str, folder: str, branch: str | None = None) -> None:
    """Make a worktree at a commit, detached or on a new branch.

    The user's filters run outside the new tree, and Python among them imports nothing from the current
    folder: the tree may be somebody else's code, which nobody has agreed to run.  Raises GitError.
    """
    mode = ("-b", branch) if branch else ("--detach",)
    folder = os.path.abspath(folder)
    # The folder is absolute and the commit a full id: neither can be taken for an option.
    if not _has_filters(repo):
        repo.fetching().read("worktree", "add", "--quiet", *mode, folder, commit)
        return
    repo.read("worktree", "add", "--quiet", "--no-checkout", *mode, folder, commit)
    try:
        _fill(find(folder).fetching(), folder)
    except BaseException:
        forget(repo, folder)
        raise


def _fill(inner: Repo, folder: str) -> None:
    inner.read("read-tree", "HEAD", shared=False)
    # Below the folder that git keeps for the worktree, so that what a kill leaves goes with the worktree.
    with tempfile.TemporaryDirectory(prefix="gittrack-", dir=inner.git_dir) as neutral:
        # In an empty work tree git takes .gitattributes from the index, and filters start there.
        outside = inner._replace(work_tree=os.path.realpath(neutral))
        prefix = f"--prefix={folder}/"
        outside.call("checkout-index", "--all", "--force", prefix, env=_SAFE_PATH).output()


_SAFE_PATH = {"PYTHONSAFEPATH": "1"}


def _has_filters(repo: Repo) -> bool:
    pattern = r"^filter\..*\.(smudge|process)$"
    return repo.call("config", "--name-only", "--get-regexp", pattern).wait().code == 0


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
