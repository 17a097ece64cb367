"""A lock that the kernel releases when its owner ends in any way: locked means alive.

``flock`` belongs to the open file, so a forked child must close its copy (see Recorder).  A program that the
owner starts never has a copy, because Python opens files close-on-exec.
"""

from __future__ import annotations

import errno
import fcntl
import os

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import contextmanager
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.disk import folders

if TYPE_CHECKING:
    from pathlib import Path

_NO_LOCKS = (errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK)


def acquire(path: Path | str) -> int | None:
    """Return a descriptor that holds the lock, or None if another one holds it.

    A missing file is made.  Closing the descriptor releases the lock.
    """
    try:
        return _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def take(path: Path | str) -> int:
    """Return a descriptor that holds the lock, as `acquire` does, but wait until the lock is free."""
    return _locked(path, fcntl.LOCK_EX)


@contextmanager
def holding(path: Path | str) -> Iterator[None]:
    """Hold a lock inside a block, after waiting for it; its missing folder is made."""
    folders.make(os.path.dirname(path))
    handle = take(path)
    try:
        yield
    finally:
        os.close(handle)


def create(path: Path | str) -> int | None:
    """Return a descriptor that holds the lock on a new file, or None if the file exists already."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644))
    except FileExistsError:
        return None
    return _locked(path, fcntl.LOCK_EX)


def _locked(path: Path | str, operation: int) -> int:
    handle = _opened(path)
    try:
        fcntl.flock(handle, operation)
    except OSError as error:
        os.close(handle)
        if error.errno in _NO_LOCKS:
            raise TrackError(
                f"the file system of {path} has no file locks (flock), which show whether a run is alive",
                "keep the repository on another file system, or mount this one with locks",
            )
        raise
    return handle


def _opened(path: Path | str) -> int:
    """Open the file of a lock; make a missing one, writable for the group if its folder is."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:  # another user's, not writable for the group: a lock need not write
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        folders.share(handle, os.path.dirname(path) or ".", 0o664)
    except OSError:
        os.close(handle)
        raise
    return handle


def is_at(handle: int, path: Path | str) -> bool:
    """Return whether a lock is on the file that is at ``path`` now, which may have been replaced."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def is_held(path: str | Path) -> bool:
    """Return whether a process holds the lock; a missing file is not locked."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # it may be a named pipe
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return True  # unknown: the owner may be alive
    finally:
        os.close(handle)
    return False
