"""Garbage collections that are under way: they delete what was unreachable when they began to look.

A collection that began after a run's ref was made keeps the run, so it is enough to wait for the end
of those that were at work then.  `git gc` says so in gc.pid; `git prune` and `git repack` say so nowhere
but in the list of processes, where the system has one to read.
"""

from __future__ import annotations

import os
import time

_VERBS = frozenset((b"gc", b"prune", b"prune-packed", b"repack", b"maintenance"))
_STALE_GC_SECONDS = 12 * 3600


def at_work(common_dir: str) -> set[str]:
    """Return the processes, by id, that may be deleting objects of a repository just now."""
    found = {pid for pid in _processes() if _collects(pid, common_dir)}
    told = _told(os.path.join(common_dir, "gc.pid"))
    return found | {told} if told else found


def _processes() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _collects(pid: str, common_dir: str) -> bool:
    """Say whether a process is a git that deletes objects of this repository.

    One that may not be looked at is somebody else's, and tells of itself in gc.pid only.
    """
    try:
        with open(f"/proc/{pid}/cmdline", "rb", buffering=0) as file:
            words = file.read(4096).split(b"\0")
        if not words[0].endswith(b"git") or _VERBS.isdisjoint(words[1:]):
            return False
        with open(f"/proc/{pid}/environ", "rb", buffering=0) as file:
            told = b"\0".join([*words, file.read()])
        return os.fsencode(common_dir) in told or _is_in(
            os.readlink(f"/proc/{pid}/cwd"), common_dir
        )
    except OSError:
        return False


def _is_in(folder: str, common_dir: str) -> bool:
    """Say whether git, started in ``folder``, would find the repository of ``common_dir``."""
    while True:
        marker = os.path.join(folder, ".git")
        if os.path.isfile(marker):  # a linked work tree
            with open(marker, encoding="utf-8", errors="surrogateescape") as file:
                return common_dir in file.read()
        if folder == common_dir or os.path.isdir(marker):
            return common_dir in (folder, marker)
        if folder == os.path.dirname(folder):
            return False
        folder = os.path.dirname(folder)


def _told(pid_file: str) -> str | None:
    """Return the process that gc.pid names, by git's own rule: not if it is gone, or for 12 hours."""
    try:
        with open(pid_file, encoding="utf-8", errors="replace") as file:
            age = time.time() - os.fstat(file.fileno()).st_mtime
            pid, _, host = file.read().strip().partition(" ")
    except FileNotFoundError:
        return None
    here = host == os.uname().nodename and pid.isdigit()
    return pid if age < _STALE_GC_SECONDS and not (here and _is_gone(int(pid))) else None


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # somebody else's
        pass
    return False
