"""Worktrees with exactly the code of a commit, made without running hooks of the repository."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gittrack.core import layout
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import AbstractContextManager
from gittrack.disk import lfs_pointer, lock
from gittrack.disk.content_store import ContentStore
from gittrack.git import Repo, find, parse_config


def add(repo: Repo, commit: str, folder: str, branch: str | None = None) -> None:
    """Make a worktree at a commit, detached or on a new branch.  Raises GitError.

    The filters of the user run outside the new tree, and Python filters import nothing from the current
    folder, because the tree can have code of somebody else, which the user has not agreed to run.
    """
    mode = ("-b", branch) if branch else ("--detach",)
    folder = os.path.abspath(folder)
    # The folder is absolute and the commit is a full id, so neither can be read as an option.
    if not _has_filters(repo):
        with _turn(repo):
            repo.fetching().read("worktree", "add", "--quiet", *mode, folder, commit)
        return
    _lend_to_lfs(repo)
    with _turn(repo):
        repo.read("worktree", "add", "--quiet", "--no-checkout", *mode, folder, commit)
    try:
        _fill(find(folder).fetching(), folder)
    except BaseException:
        forget(repo, folder)
        raise


def _turn(repo: Repo) -> AbstractContextManager[None]:
    """Let one process at a time add a worktree: git fails if it reads another one that is half made."""
    return lock.holding(f"{layout.home(repo.common_dir)}/worktrees.lock")


def _lend_to_lfs(repo: Repo) -> None:
    """Let the filter of Git LFS find the content of code that `git lfs prune` removed."""
    store = ContentStore.of(repo.common_dir)
    digests = [entry.name for entry in store.listing()]
    if digests:
        config = parse_config(repo.config().output())
        store = store._replace(lfs=Path(lfs_pointer.objects_dir(repo.common_dir, config)))
        for digest in digests:
            with contextlib.suppress(OSError):  # then Git LFS asks its server
                store.lend(digest)


def _fill(inner: Repo, folder: str) -> None:
    inner.read("read-tree", "HEAD", shared=False)
    # Inside the folder that git keeps for the worktree, so that a kill leaves nothing behind elsewhere.
    with tempfile.TemporaryDirectory(prefix="gittrack-", dir=inner.git_dir) as neutral:
        # In an empty work tree, git reads .gitattributes from the index, and filters start in it.
        outside = inner._replace(work_tree=os.path.realpath(neutral))
        prefix = f"--prefix={folder}/"
        outside.call("checkout-index", "--all", "--force", prefix, env=_SAFE_PATH).output()


_SAFE_PATH = {"PYTHONSAFEPATH": "1"}


def _has_filters(repo: Repo) -> bool:
    pattern = r"^filter\..*\.(smudge|process)$"
    return repo.call("config", "--name-only", "--get-regexp", pattern).wait().code == 0


def forget(repo: Repo, folder: str) -> None:
    """Remove a worktree from git's list, if it is in it; ``folder`` is its path, or the end of its path."""
    repo.call("worktree", "remove", "--force", "--force", folder, shared=True).wait()


def links(repo: Repo, commit: str) -> Iterator[tuple[str, str]]:
    """Yield (path, commit) of the submodules of a commit."""
    yield from _entries(repo, commit, "160000 ")


def symbolic_links(repo: Repo, commit: str) -> Iterator[str]:
    """Yield the paths of the symbolic links of a commit."""
    for path, _ in _entries(repo, commit, "120000 "):
        yield path


def _entries(repo: Repo, commit: str, mode: str) -> Iterator[tuple[str, str]]:
    """Yield (path, id) of the entries of a commit that have a mode."""
    out = repo.read("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
    for entry in os.fsdecode(out).split("\0"):
        facts, _, path = entry.partition("\t")
        if facts.startswith(mode):
            yield path, facts.split()[2]
