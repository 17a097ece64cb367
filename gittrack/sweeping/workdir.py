"""The working directory of a sweep while it runs: ``<git common dir>/gittrack/sweeps/<id>/``.

A resume needs nothing in it, because the state of a sweep is its commit and its runs.  So `git track gc`
removes it if no process holds its locks.

    owner       locked by the process that runs the sweep, until that process ends
    trials      locked by that process and its launchers, until the last of them has ended
    ended       a line for each trial that counts, written when it ends: the line number is its order
    stop        what `git track sweep stop` asks for: ``finish`` the running trials, or end them ``now``
    running.json  where each attempt runs, if an engine runs it
    end         exists if every running trial must end and will not count
"""

from __future__ import annotations

import errno
import os

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib, json
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple
from gittrack.disk import folders, lock

if TYPE_CHECKING:
    from pathlib import Path

FINISH, NOW = "finish", "now"
_OWNER, _TRIALS = layout.SWEEP_OWNER, layout.SWEEP_TRIALS
_ENDED, _STOP, _END, _HOSTS = "ended", "stop", "end", "running.json"


class WorkDir(NamedTuple):
    """The folder, and the descriptors of the two locks that this process holds in it."""

    folder: Path
    owner: int
    trials: int


def enter(common_dir: str, sweep_id: str, on_wait: Callable[[], None]) -> WorkDir:
    """Lock the working directory of a sweep for this process, and empty it.

    Parameters
    ----------
    common_dir : str
        Git's common directory.
    sweep_id : str
        The id of the sweep.
    on_wait : callable
        Called before this function waits for the trials of a dead process; they end within seconds.

    Returns
    -------
    WorkDir

    Raises
    ------
    TrackError
        If another process is running the sweep.
    """
    folder = _folder(common_dir, sweep_id)
    owner = _lock_owner(folder)
    if owner is None:
        raise TrackError(
            f"the sweep {sweep_id} is already running",
            f"stop it first: git track sweep stop {sweep_id[16:]}",
        )
    trials = lock.acquire(folder / _TRIALS)
    if trials is None:
        on_wait()
        trials = lock.take(folder / _TRIALS)
    for name in (_STOP, _ENDED, _END):
        (folder / name).unlink(missing_ok=True)
    return WorkDir(folder, owner, trials)


def _lock_owner(folder: Path) -> int | None:
    """Make the folder if it is missing, and return its lock, or None if another process holds it."""
    while True:
        folders.make(str(folder))
        try:
            owner = lock.acquire(folder / _OWNER)
        except FileNotFoundError:  # `git track gc` has just removed it
            continue
        if owner is None or lock.is_at(owner, folder / _OWNER):
            return owner
        os.close(owner)


def leave(workdir: WorkDir) -> None:
    """Release the locks; what remains in the folder has no meaning any more."""
    for name in (_STOP, _ENDED, _END):
        (workdir.folder / name).unlink(missing_ok=True)
    os.close(workdir.owner)
    os.close(workdir.trials)


def is_busy(common_dir: str, sweep_id: str) -> bool:
    """Return whether a living process is running the sweep."""
    return lock.is_held(f"{layout.sweep_dir(common_dir, sweep_id)}/{_OWNER}")


def _folder(common_dir: str, sweep_id: str) -> Path:
    from pathlib import Path  # noqa: PLC0415 - 4 ms; a listing of sweeps needs no path

    return Path(layout.sweep_dir(common_dir, sweep_id))


def ask_to_stop(common_dir: str, sweep_id: str, request: str) -> None:
    """Ask the process that runs the sweep to stop.  Raises TrackError if there is no such process.

    ``request`` is ``finish`` or ``now``.
    """
    folder = _folder(common_dir, sweep_id)
    if not lock.is_held(folder / _OWNER):
        raise TrackError(
            f"the sweep {sweep_id} is not running in this repository",
            f"look at it: git track sweep show {sweep_id[16:]}",
        )
    incoming = folder / f".{_STOP}-{os.getpid()}"
    incoming.write_text(request)
    incoming.replace(folder / _STOP)


def stop_request(folder: Path) -> str | None:
    """Return how the sweep was asked to stop, or None if it was not asked."""
    try:
        return (folder / _STOP).read_text() or None
    except FileNotFoundError:
        return None


def end_trials(folder: Path) -> None:
    """Ask the running trials to end; they will not count."""
    (folder / _END).touch()


def is_ending(folder: Path) -> bool:
    """Return whether running trials must end."""
    return (folder / _END).exists()


def take_order(folder: Path, mark: str) -> int:
    """Append the line of a trial that has just ended, and return its number, from 0.

    Trials end in several processes.  The single append decides their order.  Raises OSError if the line
    cannot be written completely, because two trials would then get one number.
    """
    line = f"{mark}\n".encode()
    handle = os.open(folder / _ENDED, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        if os.write(handle, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / _ENDED))
        end = os.lseek(
            handle, 0, os.SEEK_CUR
        )  # the end of our line, even if others wrote in the meantime
        return os.pread(handle, end, 0).count(b"\n") - 1
    finally:
        os.close(handle)


def orders(folder: Path) -> list[str]:
    """Return the marks of the trials that ended, in their order."""
    try:
        return (folder / _ENDED).read_text().split("\n")[:-1]
    except FileNotFoundError:
        return []


def show_hosts(common_dir: str, sweep_id: str, hosts: Mapping[str, str]) -> None:
    """Show other processes where trials run: {mark of an attempt: host, or state of its job}."""
    path = _folder(common_dir, sweep_id) / _HOSTS
    incoming = path.with_name(f".{path.name}-{os.getpid()}")
    with contextlib.suppress(OSError):  # a full disk, or a folder that is gone, ends no sweep
        incoming.write_text(json.dumps(dict(hosts)))
        incoming.replace(path)


def hosts_of(common_dir: str, sweep_id: str) -> dict[str, str]:
    """Return where the trials of a sweep run, as its process showed it last; {} if it uses no engine."""
    try:
        text = (_folder(common_dir, sweep_id) / _HOSTS).read_text()
        return {str(mark): str(host) for mark, host in json.loads(text).items()}
    except (OSError, ValueError, AttributeError):
        return {}
