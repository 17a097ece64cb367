"""The clones of workers below the cache folder of the user: those that were not used for long are removed.

A clone stays while a trial works in it, while a journal in it is not committed, and while it has a run
that could not be delivered.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from gittrack.core import layout
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator
from gittrack.disk import folders, lock

_UNUSED_SECONDS = 30 * 86400
_UNDELIVERED = "undelivered"  # a folder in `layout.home` with a file for each run


def note_use(folder: str) -> None:
    """Note that a clone is used now; its lock is held."""
    os.utime(f"{folder}.lock")


@contextlib.contextmanager
def undelivered(common_dir: str, run_id: str) -> Iterator[None]:
    """Keep a clone until a run is delivered, which the block does."""
    mark = Path(layout.home(common_dir), _UNDELIVERED, run_id)
    folders.make(str(mark.parent))
    mark.touch()
    yield
    mark.unlink(missing_ok=True)


def remove_unused(parent: str) -> list[str]:
    """Remove the clones that were not used for 30 days; return their folders."""
    removed = []
    for path in sorted(Path(parent).glob("*.lock")):
        folder = path.with_suffix("")
        try:
            if time.time() - path.stat().st_mtime < _UNUSED_SECONDS:
                continue
            handle = lock.acquire(path)
        except FileNotFoundError:  # another worker removed it
            continue
        if handle is None:
            continue
        with contextlib.closing(os.fdopen(handle, "rb")):
            if not _is_needed(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(str(folder))
    return removed


def _is_needed(clone: Path) -> bool:
    common_dir = str(clone)
    folders_with_runs = (
        Path(layout.live_dir(common_dir)),
        Path(layout.home(common_dir), _UNDELIVERED),
    )
    if any(path.is_dir() and any(path.iterdir()) for path in folders_with_runs):
        return True
    return any(map(lock.is_held, Path(layout.trees_dir(common_dir)).glob("*")))
