"""The working folders of sweeps that are not running: they hold nothing that must be kept."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterator
from gittrack.disk import lock

_LOCKS = (layout.SWEEP_OWNER, layout.SWEEP_TRIALS)
_LONGEST_WAIT_SECONDS = 30 * 86400  # of a job in a queue; one that was killed says nothing
_LAST_BYTES = 64


def folders(path: Path) -> list[Path]:
    """Return the folders in ``path``, sorted; none if ``path`` does not exist."""
    return sorted(entry for entry in path.iterdir() if entry.is_dir()) if path.is_dir() else []


def idle(repo: git.Repo) -> Iterator[Path]:
    """Yield the working folders of sweeps that no sweep process, no trial, no worker and no job uses."""
    for path in folders(Path(layout.sweeps_dir(repo.common_dir))):
        is_locked = any(lock.is_held(path / name) for name in _LOCKS)
        is_busy = is_locked or _has_workers(path) or _has_jobs(path)
        if path.name.startswith(layout.REMOVING) or (layout.is_id(path.name) and not is_busy):
            yield path


def _has_workers(path: Path) -> bool:
    """Return whether a worker waits for the next process of the sweep: it may run trials of the last one."""
    return any(lock.is_held(file) for name in layout.SWEEP_WORKERS for file in path.glob(name))


def _has_jobs(path: Path) -> bool:
    """Return whether a job may wait in the queue of a cluster, which began no trial or may go on with one."""
    return any(
        _is_recent(job) and not _has_left(task.with_name(layout.WORKER_REPORTS))
        for job in path.glob(layout.SWEEP_JOBS)
        for task in job.parent.glob(f"[0-9]*/{layout.WORKER_TASKS}")
    )


def _is_recent(job: Path) -> bool:
    try:
        return time.time() - job.stat().st_mtime < _LONGEST_WAIT_SECONDS
    except FileNotFoundError:  # the process of the sweep, or another gc, removed it
        return False


def _has_left(reports: Path) -> bool:
    """Return whether the last message of a worker is that it has left."""
    try:
        return b'"left"' in reports.read_bytes()[-_LAST_BYTES:]
    except FileNotFoundError:
        return False


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
        if _has_workers(path) or _has_jobs(path):  # others cannot join now
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
