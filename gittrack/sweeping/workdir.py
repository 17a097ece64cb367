"""The folder that a sweep works in while it is going on: ``<git common dir>/gittrack/sweeps/<id>/``.

Nothing in it is needed to resume: the state of a sweep is its commit and its runs.  So `git track gc` removes
it when nobody holds its locks.

    owner       locked by the process that runs the sweep, for its whole life
    trials      locked by it and by every trial that it has started, until the last of them has ended
    ended       a line for each trial that counts, appended as it ends: its line number is its order
    stop        what `git track sweep stop` asks for: ``finish`` the running trials, or end them ``now``
    end         is there when every running trial is to end, and counts for nothing
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.disk import folders, lock

FINISH, NOW = "finish", "now"
_OWNER, _TRIALS = layout.SWEEP_OWNER, layout.SWEEP_TRIALS
_ENDED, _STOP, _END = "ended", "stop", "end"


class Room(NamedTuple):
    """The folder, with the locks that are held in it."""

    folder: Path
    owner: int
    trials: int


def enter(common_dir: str, sweep_id: str, waiting: Callable[[], None]) -> Room:
    """Return the room of a sweep, now ours; trials that a dead process left behind are waited for.

    ``waiting`` is called before that takes time: they end by themselves within seconds.  Raises TrackError
    where another process is running the sweep.
    """
    folder = Path(layout.sweep_dir(common_dir, sweep_id))
    owner = _own(folder)
    if owner is None:
        raise TrackError(
            f"the sweep {sweep_id} is being run already",
            f"stop it first: git track sweep stop {sweep_id[16:]}",
        )
    trials = lock.acquire(folder / _TRIALS)
    if trials is None:
        waiting()
        trials = lock.take(folder / _TRIALS)
    for name in (_STOP, _ENDED, _END):
        (folder / name).unlink(missing_ok=True)
    return Room(folder, owner, trials)


def _own(folder: Path) -> int | None:
    """Return the lock of a folder, which is made where it is missing; None where somebody holds it."""
    while True:
        folders.make(str(folder))
        try:
            owner = lock.acquire(folder / _OWNER)
        except FileNotFoundError:  # `git track gc` has just removed it
            continue
        if owner is None or lock.is_at(owner, folder / _OWNER):
            return owner
        os.close(owner)


def leave(room: Room) -> None:
    """Give the locks back; what is left in the folder means nothing any more."""
    for name in (_STOP, _ENDED, _END):
        (room.folder / name).unlink(missing_ok=True)
    os.close(room.owner)
    os.close(room.trials)


def is_busy(common_dir: str, sweep_id: str) -> bool:
    """Say whether a living process is running the sweep."""
    return lock.is_held(Path(layout.sweep_dir(common_dir, sweep_id)) / _OWNER)


def ask_to_stop(common_dir: str, sweep_id: str, how: str) -> None:
    """Ask the process that runs the sweep to stop.  Raises TrackError where there is none."""
    folder = Path(layout.sweep_dir(common_dir, sweep_id))
    if not lock.is_held(folder / _OWNER):
        raise TrackError(
            f"the sweep {sweep_id} is not being run in this repository",
            f"look at it: git track sweep show {sweep_id[16:]}",
        )
    incoming = folder / f".{_STOP}-{os.getpid()}"
    incoming.write_text(how)
    incoming.replace(folder / _STOP)


def asked(folder: Path) -> str | None:
    """Return how the sweep was asked to stop, None where it was not."""
    try:
        return (folder / _STOP).read_text() or None
    except FileNotFoundError:
        return None


def end_trials(folder: Path) -> None:
    """End the running trials; they count for nothing."""
    (folder / _END).touch()


def is_ending(folder: Path) -> bool:
    """Say whether running trials are to end."""
    return (folder / _END).exists()


def take_order(folder: Path, mark: str) -> int:
    """Append a line about a trial that has just ended and return its number, from 0.

    Trials end in processes of their own: the one append is what puts them in an order.
    """
    handle = os.open(folder / _ENDED, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        os.write(handle, f"{mark}\n".encode())
        end = os.lseek(handle, 0, os.SEEK_CUR)  # behind our own line, whoever wrote since
        return os.pread(handle, end, 0).count(b"\n") - 1
    finally:
        os.close(handle)


def orders(folder: Path) -> list[str]:
    """Return the marks of the trials that have ended, in their order."""
    try:
        return (folder / _ENDED).read_text().split("\n")[:-1]
    except FileNotFoundError:
        return []
