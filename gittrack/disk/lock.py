"""A lock that the kernel releases on any death of its owner: alive means locked.

``flock`` belongs to the open file, so a forked child must close its copy (see Recorder); a program
started by the owner never has one, because Python opens files close-on-exec.
"""

from __future__ import annotations

import errno
import fcntl
import os

from gittrack.core.errors import TrackError
from gittrack.core.fast_typing import TYPE_CHECKING
from gittrack.disk import folders

if TYPE_CHECKING:
    from pathlib import Path

_NO_LOCKS = (errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK)


def acquire(path: Path | str) -> int | None:
    """Return a descriptor that holds the lock, or None where somebody else does.

    The file is made where it is missing.  Closing the descriptor gives the lock back.
    """
    try:
        return _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def take(path: Path | str) -> int:
    """Return a descriptor that holds the lock, as `acquire` does; wait for it where somebody else does."""
    return _locked(path, fcntl.LOCK_EX)


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
                f"the file system of {path} has no file locks (flock), which tell whether a run is going on",
                "keep the repository on another file system, or mount this one with locks",
            )
        raise
    return handle


def _opened(path: Path | str) -> int:
    """Open the file of a lock, made if it is missing: for a group, if the folder is a group's."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except (
        PermissionError
    ):  # another user's, made without the bits for the group: a lock needs no writing
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        folders.share(handle, os.path.dirname(path) or ".", 0o664)
    except OSError:
        os.close(handle)
        raise
    return handle


def is_at(handle: int, path: Path | str) -> bool:
    """Say whether a lock is on the file that is at ``path`` now: it may have been removed in between."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def is_held(path: Path) -> bool:
    """Say whether a living process holds the lock; a missing file is not held."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return True  # nobody can know: nothing may be taken from its owner
    finally:
        os.close(handle)
    return False
