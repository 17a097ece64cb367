"""Lock files of git that are old: each stops changes of what it stands for until somebody deletes it."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator

from gittrack import git
from gittrack.core import layout
from gittrack.git import refs

_STALE_SECONDS = 60
_TABLES = f"{refs.TABLES}/tables.list.lock"
# What waits for each lock; for a loose ref see `_blocked`.
_BLOCKED = {
    "packed-refs.lock": "no run can be removed until it is gone; recording works all the same",
    "HEAD.lock": "recording works all the same",
    "index.lock": "recording works all the same",
    "config.lock": "recording works all the same",
    "gc.pid": "recording works all the same",
    _TABLES: "runs are recorded, and committed by git track recover once it is gone",
}


def stale(repo: git.Repo) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) for each lock file that is older than a minute."""
    for name in (*_BLOCKED, *_of_refs(repo.common_dir)):
        path = os.path.join(repo.common_dir, name)
        try:
            age = time.time() - os.path.getmtime(path)
        except FileNotFoundError:
            continue
        if age <= _STALE_SECONDS:
            continue
        what = f"{path} is {age / 60:.0f} minutes old"
        holder = _holder(path)
        if holder:
            yield f"{what}; the process {holder} has it open", f"{_blocked(name)}; see what it does"
            continue
        remedy = f"if no git is at work here, delete the file: rm {shlex.quote(path)}"
        yield f"{what}, probably left by a git that died", f"{_blocked(name)}; {remedy}"


def _of_refs(common_dir: str) -> Iterator[str]:
    """Yield the locks of loose refs."""
    for folder, _, names in os.walk(os.path.join(common_dir, "refs")):
        for name in names:
            if name.endswith(".lock"):
                yield os.path.relpath(os.path.join(folder, name), common_dir)


def _blocked(name: str) -> str:
    ref = name.removesuffix(".lock")
    if ref == layout.NOTES:
        return "no run can be tagged, renamed or removed until it is gone"
    if ref.startswith(layout.RUNS):
        return "this run is committed by git track recover once it is gone; other runs are not affected"
    return _BLOCKED.get(name, f"git cannot change {ref} until it is gone")


def _holder(path: str) -> str | None:
    """Return the process that has a file open, by its id; None if none has, or if nobody can tell."""
    try:
        wanted = os.stat(path)
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    for process in processes:
        try:
            handles = os.listdir(f"/proc/{process}/fd")
        except OSError:  # gone, or another user's
            continue
        for handle in handles:
            try:
                if os.path.samestat(os.stat(f"/proc/{process}/fd/{handle}"), wanted):
                    return process
            except OSError:
                continue
    return None
