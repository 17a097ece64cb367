"""The folder for temporary files of an agent; if it is killed, the next agent on the machine removes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.disk import lock
from gittrack.git import temporary_worktree

_PREFIX = "gittrack-worker-"
_ALIVE = "alive"  # locked while the agent lives, or a launcher that it forked


class WorkerFolder(NamedTuple):
    """A new folder that only this user can read.

    Attributes
    ----------
    path : Path
        The folder.
    handle : int or None
        Holds its lock; None if the file system has no locks: nobody removes the folder then.
    """

    path: Path
    handle: int | None


def make() -> WorkerFolder:
    """Make a folder, and remove those of agents that were killed."""
    _remove_leftovers()
    path = Path(tempfile.mkdtemp(prefix=_PREFIX))
    handle = None
    with contextlib.suppress(TrackError, OSError):
        handle = lock.acquire(path / f"new-{_ALIVE}")
        (path / f"new-{_ALIVE}").rename(path / _ALIVE)  # nobody sees it before it is locked
    return WorkerFolder(path, handle)


def remove(folder: WorkerFolder) -> None:
    """Remove a folder with all that is in it."""
    shutil.rmtree(folder.path, ignore_errors=True)
    if folder.handle is not None:
        os.close(folder.handle)


def _remove_leftovers() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another agent has just removed it
            is_ours = temporary_worktree.is_ours(path) and (path / _ALIVE).is_file()
            if is_ours and not lock.is_held(path / _ALIVE):
                shutil.rmtree(path, ignore_errors=True)
