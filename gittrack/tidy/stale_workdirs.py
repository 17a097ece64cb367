"""The working folders of sweeps that are not running: they hold nothing that must be kept."""

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
    """Return the folders in ``path``, sorted; none if ``path`` does not exist."""
    return sorted(entry for entry in path.iterdir() if entry.is_dir()) if path.is_dir() else []


def idle(repo: git.Repo) -> Iterator[Path]:
    """Yield the working folders of sweeps that no sweep process, no trial and no worker uses."""
    for path in folders(Path(layout.sweeps_dir(repo.common_dir))):
        is_busy = any(lock.is_held(path / name) for name in _LOCKS) or _has_workers(path)
        if path.name.startswith(layout.REMOVING) or (layout.is_id(path.name) and not is_busy):
            yield path


def _has_workers(path: Path) -> bool:
    """Return whether a worker waits for the next process of the sweep: it may run trials of the last one."""
    return any(lock.is_held(file) for name in layout.SWEEP_WORKERS for file in path.glob(name))


def remove(path: Path) -> None:
    """Remove the working folder of a sweep, unless a process uses it again."""
    if path.name.startswith(layout.REMOVING):  # a gc renamed it and was killed
        shutil.rmtree(path, ignore_errors=True)
        return
    handles: list[int] = []
    try:
        for name in _LOCKS:
            handle = lock.acquire(path / name)
            if handle is None:
                return
            handles.append(handle)
        if _has_workers(path):  # others cannot join now
            return
        # Renamed first: a process that needs the folder now makes a new one, and never sees half of this one.
        doomed = path.with_name(f"{layout.REMOVING}{path.name}-{os.urandom(4).hex()}")
        path.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
    except FileNotFoundError:  # another gc removed it
        return
    finally:
        for handle in handles:
            os.close(handle)
