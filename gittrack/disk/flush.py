"""Flush many files to the disk: with one call for all of them if the system has one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

MOST_SINGLE = (
    32  # up to so many files, one call for each costs less than a flush of the whole file system
)


def files(paths: Sequence[str]) -> None:
    """Flush files of one file system to the disk.

    Parameters
    ----------
    paths
        The files.  A file that does not exist any more is left out.

    Raises
    ------
    OSError
        If the disk reports an error.

    Notes
    -----
    syncfs(2) of Linux writes everything that waits on the file system of the first file.  For few files,
    the disk begins to write all of them before the first is waited for: a file system with a journal, such as
    ext4, then waits once and not for each file.
    """
    if 1 < len(paths) <= MOST_SINGLE:
        _begin(paths)
    for number, path in enumerate(paths):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            if len(paths) - number > MOST_SINGLE and _file_system(handle):
                return
            os.fsync(handle)
        finally:
            os.close(handle)


def _begin(paths: Sequence[str]) -> None:
    """Let the disk begin to write files, without waiting; only a hint, so errors are left to the flush."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in paths:
        with suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)


def _file_system(handle: int) -> bool:
    """Flush the whole file system of an open file; return False if this system has no such call."""
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415 - only a run of many files needs it

    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    if syncfs(handle) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return True
