"""Garbage collections that are running: they delete objects that were unreachable when they started.

A collection that starts after the ref of a run exists keeps the run.  Therefore it is enough to wait for the
collections that ran before.  `git gc` names its process in gc.pid; `git prune` and `git repack` are only
visible in the list of processes, if the system has one to read.
"""

from __future__ import annotations

import os
import stat
import time
from _thread import allocate_lock

_VERBS = frozenset((b"gc", b"prune", b"prune-packed", b"repack", b"maintenance"))
_WITH_VALUE = frozenset((b"-C", b"-c", b"--git-dir", b"--work-tree", b"--namespace"))
_EMULATORS = ("qemu", "rosetta")  # they run a git of another processor
# With these, the folder of a process and GIT_DIR do not say which objects it deletes.
_MOVING = (b"GIT_COMMON_DIR=", b"GIT_OBJECT_DIRECTORY=", b"GIT_WORK_TREE=", b"--work-tree")
_STALE_GC_SECONDS = 12 * 3600
_KERNEL_THREAD = 0x200000  # PF_KTHREAD of Linux
_PATIENCE_SECONDS = 0.1  # a thread that did not survive a fork never frees the lock


def processes(common_dir: str) -> set[str]:
    """Return the ids of the processes that may delete objects of a repository now."""
    pids = set(_last_look.collectors())
    if pids:
        home = os.path.realpath(common_dir)
        pids = {pid for pid in pids if not _is_elsewhere(pid, home)}
    named_pid = _read_gc_pid(os.path.join(common_dir, "gc.pid"))
    return pids | {named_pid} if named_pid else pids


class _Look:
    """The processes that delete objects of any repository, which threads look for together."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._last: tuple[float, frozenset[str]] = (0.0, frozenset())

    def collectors(self) -> frozenset[str]:
        """Return what a look shows that began after this call, perhaps that of another thread."""
        called = time.monotonic()
        is_held = self._lock.acquire(timeout=_PATIENCE_SECONDS)
        try:
            if self._last[0] <= called:
                began = time.monotonic()
                self._last = (began, frozenset(filter(_collects, _all_processes())))
            return self._last[1]
        finally:
            if is_held:
                self._lock.release()


_last_look = _Look()


def _all_processes() -> list[str]:
    """Return the ids of all processes, without the threads of the kernel: hundreds on a large machine."""
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    threads = _kernel_threads()
    return [pid for pid in pids if pid not in threads]


def _kernel_threads() -> frozenset[str]:
    """Return the ids of the threads of the kernel; empty if they are unknown, as in a container.

    They are the children of process 2, if that is one itself.  A program that the kernel starts, such as for
    a core dump, is one of them, too; what that starts is not.
    """
    try:
        facts = _bytes("2", "stat").rpartition(b")")[2].split()
        if not int(facts[6]) & _KERNEL_THREAD:
            return frozenset()
        return frozenset(_bytes("2", "task/2/children").decode().split())
    except (OSError, ValueError, IndexError):
        return frozenset()


def _bytes(pid: str, name: str) -> bytes:
    with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
        return file.read()


def _collects(pid: str) -> bool:
    """Return whether a process is a git that deletes objects, of any repository."""
    return _may_be_git(pid) and _verb(pid) in _VERBS


def _may_be_git(pid: str) -> bool:
    """Return whether a process may run the program git, by one look that most processes do not pass."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
    except FileNotFoundError:  # it has ended, or is a part of the kernel
        return False
    except OSError:  # a process of another user
        return True
    name = program.rpartition("/")[2]
    return "git" in name or any(word in name for word in _EMULATORS)


def _verb(pid: str) -> bytes:
    """Return the verb of a git process, such as ``repack``; empty for any other process."""
    program, *words = _words(pid, "cmdline")
    if not program.endswith(b"git"):
        return b""
    pairs = zip([b"", *words], words, strict=False)
    return next((w for before, w in pairs if w[:1] != b"-" and before not in _WITH_VALUE), b"")


def _is_elsewhere(pid: str, home: str) -> bool:
    """Return whether a git process certainly works in another repository than ``home``."""
    words = [*_words(pid, "cmdline"), *_words(pid, "environ")]
    if any(word.startswith(_MOVING) for word in words):
        return False
    try:
        folder = os.readlink(f"/proc/{pid}/cwd")
    except OSError:  # a process of another user
        return _follows_gc_pid(pid) or not _may_write(pid, os.path.join(home, "objects"))
    # `git receive-pack` starts a collection with GIT_DIR=. in the folder of the repository.
    named = [_common_dir(os.path.join(folder, path)) for path in _git_dirs(words)]
    repositories = named or [_repository(folder)]
    return all(path is not None and os.path.realpath(path) != home for path in repositories)


def _git_dirs(words: list[bytes]) -> list[str]:
    """Return the git folders that the arguments and the environment of a process name."""
    pairs = zip([b"", *words], words, strict=False)
    marks = (b"GIT_DIR=", b"--git-dir=")
    named = [
        word if before == b"--git-dir" else word.partition(b"=")[2]
        for before, word in pairs
        if before == b"--git-dir" or word.startswith(marks)
    ]
    return [os.fsdecode(path) for path in named]


def _follows_gc_pid(pid: str) -> bool:
    """Return whether a process is `git gc` or a child of one, so that gc.pid names its repository."""
    while _collects(pid):
        if _verb(pid) == b"gc":
            return True
        pid = _status(pid).get("PPid", "0")
    return False


def _may_write(pid: str, folder: str) -> bool:
    """Return whether the user of a process may write in a folder; True if an ACL decides."""
    status = _status(pid)
    users = set(status.get("Uid", "0").split())
    groups = {*status.get("Gid", "").split(), *status.get("Groups", "").split()}
    try:
        facts = os.stat(folder)
        listed = hasattr(os, "listxattr") and "system.posix_acl_access" in os.listxattr(folder)
    except OSError:  # unknown
        return True
    if listed or not users.isdisjoint(("0", str(facts.st_uid))):
        return True
    by_group = facts.st_mode & stat.S_IWGRP and str(facts.st_gid) in groups
    return bool(by_group or facts.st_mode & stat.S_IWOTH)


def _status(pid: str) -> dict[str, str]:
    """Return the public facts of a process, such as its parent, users and groups."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    except OSError:
        return {}


def _repository(folder: str) -> str | None:
    """Return the common folder of the repository that contains ``folder``; None if it is unknown."""
    while True:
        dot = os.path.join(folder, ".git")
        if os.path.isfile(dot):  # a linked worktree or a submodule
            git_dir = (_content(dot) or "").removeprefix("gitdir: ")
            return _common_dir(os.path.join(folder, git_dir)) if git_dir else None
        if os.path.isdir(dot):
            return dot
        if os.path.isfile(os.path.join(folder, "HEAD")):
            return _common_dir(folder)
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def _common_dir(git_dir: str) -> str | None:
    """Return the common folder of a git folder, which that of a linked worktree names; None if unknown."""
    if not os.path.isfile(os.path.join(git_dir, "HEAD")):
        return None
    if not os.path.lexists(os.path.join(git_dir, "commondir")):
        return git_dir
    common_dir = _content(os.path.join(git_dir, "commondir"))
    return os.path.join(git_dir, common_dir) if common_dir else None


def _content(path: str) -> str | None:
    """Return the one line of a file; None if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().rstrip("\n")
    except OSError:
        return None


def _words(pid: str, name: str) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
            return file.read(1 << 16).split(b"\0")
    except OSError:
        return [b""]


def _read_gc_pid(pid_file: str) -> str | None:
    """Return the process that gc.pid names; None if it has ended or the file is older than 12 hours.

    This is git's own rule for gc.pid.
    """
    try:
        with open(pid_file, encoding="utf-8", errors="replace") as file:
            age = time.time() - os.fstat(file.fileno()).st_mtime
            pid, _, host = file.read().strip().partition(" ")
    except FileNotFoundError:
        return None
    is_local = host == os.uname().nodename and pid.isdigit()
    return pid if age < _STALE_GC_SECONDS and not (is_local and _has_ended(int(pid))) else None


def _has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # a process of another user
        pass
    return False
