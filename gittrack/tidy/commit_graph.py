"""Write a commit graph, with which git reads the commits of many refs without unpacking them."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.contextlib import suppress
from gittrack.disk import folders

_LAYERS = "objects/info/commit-graphs/commit-graph-chain"
LOCK = f"{_LAYERS}.lock"
_STALE_SECONDS = 3600  # git holds this lock for a moment
_NO = ("false", "no", "off", "0")
_STEP = 100  # commits of an archive, with up to 100,000 runs: git takes 120 MB for a layer of them


def write(
    repo: git.Repo, config: Mapping[str, str], commits: Sequence[str], chain: Sequence[str] = ()
) -> None:
    """Let git write a commit graph of some commits and of what is below them; nothing if none is new.

    It is a layer on the graph that is there, which stays.  So no commit is read twice, and a graph of all
    branches, as ``git gc`` writes it, is never replaced by a smaller one.  A large archive gets several
    layers, because git takes a gigabyte for a million commits.  A failure is not reported, because a graph
    only saves time.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    config : mapping of str to str
        The configuration of git; ``gc.writeCommitGraph`` and ``core.commitGraph`` can turn this off.
    commits : sequence of str
        The commits; those that are missing are left out.
    chain : sequence of str, default ()
        The commits of an archive, oldest first.
    """
    if not (commits or chain) or config.get("gc.writecommitgraph", "").lower() in _NO:
        return
    lock = os.path.join(repo.common_dir, LOCK)
    with suppress(OSError):  # a writer that was killed leaves its lock
        if time.time() - os.stat(lock).st_mtime > _STALE_SECONDS:
            os.unlink(lock)
    missing = set(git.missing_objects(repo, commits))
    present = [commit for commit in commits if commit not in missing]
    layers = os.path.join(repo.common_dir, _LAYERS)
    before = folders.content(layers)
    for commit in chain[_STEP - 1 : -1 : _STEP]:
        _write_layer(repo, [commit], "--split=no-merge")
    # New large layers stay apart: to merge them, git would read all of their commits at once.
    split = "--split=no-merge" if folders.content(layers) != before else "--split"
    _write_layer(repo, [*present, *chain[-1:]], split)


def _write_layer(repo: git.Repo, commits: Sequence[str], split: str) -> None:
    feed = "".join(f"{commit}\n" for commit in commits).encode()
    repo.call("commit-graph", "write", "--stdin-commits", split, "--no-progress", feed=feed).wait()
