"""Find old lock files of git.  Each prevents changes of one file until somebody deletes the lock."""

from __future__ import annotations

import os
import shlex
import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterator
from gittrack.git import refs

_STALE_SECONDS = 60
_TABLES = f"{refs.TABLES}/tables.list.lock"
# What each lock prevents; for a loose ref see `_blocked`.
_BLOCKED = {
    "packed-refs.lock": "no run can be removed until it is deleted; recording still works",
    "packed-refs.new": "no run can be removed until it is deleted; recording still works",
    "HEAD.lock": "recording still works",
    "index.lock": "recording still works",
    "config.lock": "recording still works",
    "gc.pid": "recording still works",
    "objects/info/commit-graph.lock": "git gc fails; recording still works",
    "objects/info/commit-graphs/commit-graph-chain.lock": "git works without a new commit graph",
    _TABLES: "runs are recorded; after it is deleted, commit them: git track recover",
}


def stale_locks(repo: git.Repo) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) for each lock file that is older than a minute."""
    for name in (*_BLOCKED, *_of_refs(repo.common_dir)):
        path = os.path.join(repo.common_dir, name)
        try:
            age = time.time() - os.path.getmtime(path)
        except FileNotFoundError:
            continue
        if age <= _STALE_SECONDS:
            continue
        problem = f"{path} is {age / 60:.0f} minutes old"
        holder = _holder(path)
        if holder:
            yield (
                f"{problem}; the process {holder} has it open",
                f"{_blocked(name)}; see what it does",
            )
            continue
        remedy = f"if no git process is running here, delete the file: rm {shlex.quote(path)}"
        yield (
            f"{problem}; a git process that was killed probably left it",
            f"{_blocked(name)}; {remedy}",
        )


def _of_refs(common_dir: str) -> Iterator[str]:
    """Yield the locks of loose refs."""
    for folder, _, names in os.walk(os.path.join(common_dir, "refs")):
        for name in names:
            if name.endswith(".lock"):
                yield os.path.relpath(os.path.join(folder, name), common_dir)


def _blocked(name: str) -> str:
    ref = name.removesuffix(".lock")
    if ref == layout.NOTES:
        return "no run can be tagged, renamed or removed until it is deleted"
    if ref.startswith(layout.RUNS):
        return (
            "other runs are not affected; after it is deleted, commit this run: git track recover"
        )
    return _BLOCKED.get(name, f"git cannot change {ref} until it is deleted")


def _holder(path: str) -> str | None:
    """Return the id of a process that has a file open; None if there is none, or if it cannot be found."""
    try:
        file = os.stat(path)
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    for process in processes:
        try:
            handles = os.listdir(f"/proc/{process}/fd")
        except OSError:  # it has ended, or belongs to another user
            continue
        for handle in handles:
            try:
                if os.path.samestat(os.stat(f"/proc/{process}/fd/{handle}"), file):
                    return process
            except OSError:
                continue
    return None
