"""Flush many files to the disk: at the same time, or with one call for all of them if the system has one."""

from __future__ import annotations

import errno
import os
import sys
from _thread import allocate_lock, start_new_thread  # not from `threading`, whose import takes 3 ms

from gittrack.core.standard.collections import Callable, Sequence
from gittrack.core.standard.contextlib import suppress

_MOST_WORKERS = 4  # threads; more of them take longer to start than a disk takes for a small file
MOST_TOGETHER = (
    32  # up to so many files, single flushes cost less than a flush of the whole file system
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
    syncfs(2) of Linux writes everything that waits on the file system of the first file.  Few files are
    flushed at the same time, by some threads: a file system with a journal, such as ext4, then writes its
    journal and empties the cache of the disk a few times, and not for each file.
    """
    for number, path in enumerate(paths):
        if len(paths) - number <= MOST_TOGETHER:
            _together(paths[number:])
            return
        handle = _opened(path)
        if handle is None:
            continue
        try:
            if _file_system(handle):
                return
            os.fsync(handle)
        finally:
            os.close(handle)


def _opened(path: str) -> int | None:
    """Open a file; return None if it does not exist any more."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None


def _together(paths: Sequence[str]) -> None:
    """Flush few files at the same time; only as many as this process may have open."""
    handles: list[int] = []
    rest = list(reversed(paths))
    try:
        while rest:
            try:
                handle = _opened(rest[-1])
            except OSError as error:
                if not handles or error.errno not in (errno.EMFILE, errno.ENFILE):
                    raise
                break
            rest.pop()
            handles += [] if handle is None else [handle]
        _flush(handles)
    finally:
        for handle in handles:
            os.close(handle)
    if rest:
        _together(rest[::-1])


def _flush(handles: Sequence[int]) -> None:
    """Flush open files, some of them in other threads.  Raises the first error."""
    errors: list[OSError] = []

    def flush(part: Sequence[int], ended: Callable[[], None] = lambda: None) -> None:
        try:
            for handle in part:
                os.fsync(handle)
        except OSError as error:  # raised below, in the thread of the caller
            errors.append(error)
        finally:
            ended()

    threads = []
    if len(handles) > 1:
        for handle in handles:
            _begin(handle)
    workers = max(1, min(_MOST_WORKERS, len(handles) // 2))
    for number in range(1, workers):
        thread = allocate_lock()
        thread.acquire()
        try:
            start_new_thread(flush, (handles[number::workers], thread.release))
            threads.append(thread)
        except RuntimeError:  # no thread can be started, such as at the end of the interpreter
            flush(handles[number::workers])
    flush(handles[::workers])
    for thread in threads:
        thread.acquire()
    if errors:
        raise errors[0]


def _begin(handle: int) -> None:
    """Let the disk begin to write a file, without waiting; only a hint, so errors are left to the flush."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


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
