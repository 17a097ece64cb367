"""Garbage collections that are under way: they delete what was unreachable when they began to look.

A collection that began after a run's ref was made keeps the run, so it is enough to wait for the end
of those that were at work then.  `git gc` says so in gc.pid; `git prune` and `git repack` say so nowhere
but in the list of processes, where the system has one to read.
"""

from __future__ import annotations

import os
import stat
import time

_VERBS = frozenset((b"gc", b"prune", b"prune-packed", b"repack", b"maintenance"))
_WITH_VALUE = frozenset((b"-C", b"-c", b"--git-dir", b"--work-tree", b"--namespace"))
_STALE_GC_SECONDS = 12 * 3600


def processes(common_dir: str) -> set[str]:
    """Return the processes, by id, that may be deleting objects of a repository just now."""
    home = os.path.realpath(common_dir)
    found = {pid for pid in _processes() if _collects(pid) and not _is_elsewhere(pid, home)}
    told = _told(os.path.join(common_dir, "gc.pid"))
    return found | {told} if told else found


def _processes() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _collects(pid: str) -> bool:
    """Say whether a process is a git that deletes objects, in whichever repository."""
    return _verb(pid) in _VERBS


def _verb(pid: str) -> bytes:
    """Return what a git process was started to do, such as ``repack``; nothing for any other process."""
    program, *words = _words(pid, "cmdline")
    if not program.endswith(b"git"):
        return b""
    pairs = zip([b"", *words], words, strict=False)
    return next((w for before, w in pairs if w[:1] != b"-" and before not in _WITH_VALUE), b"")


def _is_elsewhere(pid: str, home: str) -> bool:
    """Say whether a git is surely at work in another repository than ``home``."""
    words = [*_words(pid, "cmdline"), *_words(pid, "environ")]
    if any(word.startswith((b"--git-dir", b"GIT_DIR=")) for word in words):
        return False
    try:
        found = _repository(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:  # another user's
        return _follows_gc_pid(pid) or not _may_write(pid, os.path.join(home, "objects"))
    return found is not None and os.path.realpath(found) != home


def _follows_gc_pid(pid: str) -> bool:
    """Say whether a process is `git gc`, or was started by one: gc.pid then says where that is at work."""
    while _collects(pid):
        if _verb(pid) == b"gc":
            return True
        pid = _status(pid).get("PPid", "0")
    return False


def _may_write(pid: str, folder: str) -> bool:
    """Say whether the user of a process may write in a folder; root may, and so may whom an ACL names."""
    status = _status(pid)
    users = set(status.get("Uid", "0").split())
    groups = {*status.get("Gid", "").split(), *status.get("Groups", "").split()}
    try:
        facts = os.stat(folder)
        listed = hasattr(os, "listxattr") and "system.posix_acl_access" in os.listxattr(folder)
    except OSError:  # we cannot tell
        return True
    if listed or not users.isdisjoint(("0", str(facts.st_uid))):
        return True
    by_group = facts.st_mode & stat.S_IWGRP and str(facts.st_gid) in groups
    return bool(by_group or facts.st_mode & stat.S_IWOTH)


def _status(pid: str) -> dict[str, str]:
    """Return what everybody may know of a process: its parent, its users, its groups."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    except OSError:
        return {}


def _repository(folder: str) -> str | None:
    """Return the common folder of the repository that ``folder`` is in."""
    while True:
        dot = os.path.join(folder, ".git")
        if os.path.isfile(dot):  # a linked worktree or a submodule: it may be any
            return None
        if os.path.isdir(dot):
            return dot
        if os.path.isfile(os.path.join(folder, "HEAD")):
            return folder
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def _words(pid: str, name: str) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
            return file.read(1 << 16).split(b"\0")
    except OSError:
        return [b""]


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
