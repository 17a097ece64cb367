"""The folders that sweeps work in while they are going on: nothing is lost with one that nobody works in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.disk import lock

_LOCKS = (layout.SWEEP_OWNER, layout.SWEEP_TRIALS)


def folders(path: Path) -> list[Path]:
    """Return the folders in a folder, which need not be there."""
    return sorted(entry for entry in path.iterdir() if entry.is_dir()) if path.is_dir() else []


def idle(repo: git.Repo) -> Iterator[Path]:
    """Yield the folders of sweeps that neither a process nor a trial is at work in."""
    for path in folders(Path(layout.sweeps_dir(repo.common_dir))):
        is_busy = any(lock.is_held(path / name) for name in _LOCKS)
        if path.name.startswith(layout.REMOVING) or (layout.is_id(path.name) and not is_busy):
            yield path


def remove(path: Path) -> None:
    """Remove the folder of a sweep, unless somebody is at work in it again."""
    if path.name.startswith(layout.REMOVING):  # by a gc that was killed
        shutil.rmtree(path, ignore_errors=True)
        return
    handles: list[int] = []
    try:
        for name in _LOCKS:
            handle = lock.acquire(path / name)
            if handle is None:
                return
            handles.append(handle)
        # Away first: who wants the folder now makes a new one, and meets no half of this.
        doomed = path.with_name(f"{layout.REMOVING}{path.name}-{os.urandom(4).hex()}")
        path.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
    except FileNotFoundError:  # another gc was quicker
        return
    finally:
        for handle in handles:
            os.close(handle)
