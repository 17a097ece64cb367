"""Find journals whose owners are dead, and take them over."""

from __future__ import annotations

import os
import time

from gittrack.core import layout, settings
from gittrack.core.errors import Damaged, OnAnotherHost, TrackError
from gittrack.core.standard.pathlib import Path
from gittrack.disk import folders, lock
from gittrack.record.journal import Journal, read_state
from gittrack.record.journal_files import is_held_here

_CREATION_SECONDS = 60


def list_dead(common_dir: str) -> list[Path]:
    """Return the journals that no living process holds, the oldest first."""
    live = Path(layout.live_dir(common_dir))
    names = sorted(os.listdir(live)) if live.is_dir() else []
    for name in names:
        # The run is committed, and its owner was killed while it removed the journal.
        if name.startswith(layout.REMOVING) and not _is_being_removed(live / name):
            folders.remove(live / name)
    others = [name for name in names if layout.is_id(name) and not is_held_here(f"{live}/{name}")]
    return [live / name for name in others if not _is_locked(live / name)]


def _is_being_removed(folder: Path) -> bool:
    """Return whether the process that removes a journal is at work: many others would get in its way."""
    try:
        os.kill(int(folder.name.rpartition("-")[2]), 0)
        return time.time() - folder.stat().st_mtime < _CREATION_SECONDS
    except (OSError, ValueError, OverflowError):
        return False


def _is_locked(folder: Path) -> bool:
    try:
        return lock.is_held(folder / layout.LOCK)
    except OSError:  # `adopt` raises the same error for this one journal
        return False


def adopt(
    folder: Path, *, patience: float = settings.ADOPT_AFTER_SECONDS, force: bool = False
) -> Journal | None:
    """Take over a journal whose owner is dead.

    A folder without a first line belongs to a run that died before anything was acknowledged.  Such a folder
    is removed after a minute, because a younger one may be a journal that another process creates now.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    patience : float
        How many seconds a journal of another host must be unchanged before it is taken over.
    force : bool, default False
        Take over a journal of another host in any case.

    Returns
    -------
    Journal or None
        The journal, locked by this process; None if another process holds it or nothing is recorded in it.

    Raises
    ------
    Damaged, NewerFormat
        If the journal cannot be read; it stays unchanged.
    OnAnotherHost
        If the process of the run may be alive on another host.
    """
    from gittrack.disk import journal_owner  # noqa: PLC0415 - only after a crash

    try:
        journal_owner.check_files(folder)
        touched = folder.stat().st_mtime  # read before `acquire` creates a missing lock file
        lock_fd = lock.acquire(folder / layout.LOCK)
    except FileNotFoundError:
        return None
    except ValueError as error:
        problem = f"the journal {folder} is damaged: {error}"
        raise Damaged(problem, "set it aside: git track doctor --fix") from error
    if lock_fd is None:
        return None
    is_same = os.path.exists(folder / layout.LOCK) and os.path.samestat(
        os.fstat(lock_fd), os.stat(folder / layout.LOCK)
    )
    if is_same and (folder / layout.EVENTS).exists() and (folder / layout.EVENTS).stat().st_size:
        try:
            read_state(folder)
            if not force:
                _check_host(folder, patience)
            book = Journal(folder, lock_fd)
        except (TrackError, OSError):  # a lock that stays would make the run look alive
            os.close(lock_fd)
            raise
        book.events.cut_incomplete_line()
        return book
    if is_same and time.time() - touched > _CREATION_SECONDS:
        import shutil  # noqa: PLC0415 - only after a crash; 2 ms

        shutil.rmtree(folder)
    os.close(lock_fd)
    return None


def _check_host(folder: Path, patience: float) -> None:
    from gittrack.disk import journal_owner  # noqa: PLC0415 - only after a crash

    host = journal_owner.other_host(folder, lambda: patience)
    if host is not None:
        raise OnAnotherHost(
            f"the process of the run {folder.name} may be alive on the host {host}",
            "if that process has ended: git track recover --force",
        )
