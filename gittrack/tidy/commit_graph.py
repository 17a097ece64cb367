"""Write a commit graph, with which git reads the commits of many refs without unpacking them."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.contextlib import suppress

LOCK = "objects/info/commit-graphs/commit-graph-chain.lock"
_STALE_SECONDS = 3600  # git holds this lock for a moment
_NO = ("false", "no", "off", "0")


def write(repo: git.Repo, config: Mapping[str, str], commits: Sequence[str]) -> None:
    """Let git write a commit graph of some commits and of what is below them; nothing if none is new.

    It is a layer on the graph that is there, which stays.  So no commit is read twice, and a graph of all
    branches, as ``git gc`` writes it, is never replaced by a smaller one.  A failure is not reported, because
    a graph only saves time.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    config : mapping of str to str
        The configuration of git; ``gc.writeCommitGraph`` and ``core.commitGraph`` can turn this off.
    commits : sequence of str
        The commits; those that are missing are left out.
    """
    if not commits or config.get("gc.writecommitgraph", "").lower() in _NO:
        return
    lock = os.path.join(repo.common_dir, LOCK)
    with suppress(OSError):  # a writer that was killed leaves its lock
        if time.time() - os.stat(lock).st_mtime > _STALE_SECONDS:
            os.unlink(lock)
    missing = set(git.missing_objects(repo, commits))
    feed = "".join(f"{commit}\n" for commit in commits if commit not in missing).encode()
    write = ("commit-graph", "write", "--stdin-commits", "--split", "--no-progress")
    repo.call(*write, feed=feed).wait()
