"""What is in a folder, by the stamps of the system, and how to bring the folder back to that.

No program can set the time of the last change of a file (ctime).  So a file with the same inode, size, mode
and times has the content that it had.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from typing import NamedTuple

from gittrack.core.standard.collections import Mapping, Sequence

Stamp = tuple[int, ...]
# Two changes within one tick may get the same time: a few ms, or up to 2 s on some file systems of clusters.
_LONGEST_TICK_SECONDS, _PAUSE_SECONDS = 2.5, 0.001


class FolderState(NamedTuple):
    """The folders that were read, and the stamps of all that is in them by path; links are not followed."""

    folders: tuple[str, ...]
    entries: Mapping[str, Stamp]


def read(folders: Sequence[str]) -> FolderState:
    """Return the state of folders.  A change after this call gets another stamp.  Raises OSError."""
    entries = {}
    for folder in folders:
        newest = 0
        for path, status in _walk([folder]):
            entries[path] = _stamp(status)
            if not stat.S_ISDIR(status.st_mode):
                newest = max(newest, status.st_ctime_ns)
        _wait_past(newest, folder)
    return FolderState(tuple(folders), entries)


def _wait_past(newest: int, folder: str) -> None:
    """Wait until a change in a folder gets a later time, by the clock of its file system."""
    deadline = time.monotonic() + _LONGEST_TICK_SECONDS
    probe = os.path.join(folder, f".gittrack-{os.getpid()}")
    handle = os.open(probe, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        while os.fstat(handle).st_ctime_ns <= newest and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
            os.utime(handle)
    finally:
        os.close(handle)
        os.unlink(probe)


def restore(before: FolderState) -> bool:
    """Remove what is new in folders; return whether they are then as they were.

    False if something was changed or removed, or if something new cannot be removed.
    """
    try:
        now = dict(_walk(before.folders))
        new = [path for path in now if path not in before.entries]
        for path in new:
            if os.path.dirname(path) in before.entries:  # else it is removed with its folder
                _remove(path, now[path])
    except OSError:
        return False
    return all(path in now and _stamp(now[path]) == stamp for path, stamp in before.entries.items())


def _walk(folders: Sequence[str]) -> list[tuple[str, os.stat_result]]:
    """Return (path, status) of folders and of everything below them."""
    result = [(folder, os.lstat(folder)) for folder in folders]
    waiting = list(folders)
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                result.append((entry.path, entry.stat(follow_symlinks=False)))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return result


def _stamp(status: os.stat_result) -> Stamp:
    """Return what changes with an entry.  The times of a folder change with the names in it, too."""
    who = (status.st_ino, status.st_mode, status.st_uid, status.st_gid)
    if stat.S_ISDIR(status.st_mode):
        return who
    return (*who, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _remove(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        shutil.rmtree(path)
    else:
        os.unlink(path)
