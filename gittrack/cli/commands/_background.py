"""The processes that share runs in the background, started by `record.publish.background`.

They have no terminal, so their output goes nowhere.  A process ends by itself after a time limit.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import FrameType

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import AbstractContextManager, contextmanager
from gittrack.share.background import automatic
from gittrack.share.background import live as live_runs
from gittrack.tidy import quiet_fold

PUSH_SECONDS = 900
_STATE_SECONDS = 120


def push(common_dir: str) -> int:
    """Push the runs that wait in a repository; return 1 if that failed."""
    _leave_terminal()
    try:
        with _limit(PUSH_SECONDS):
            automatic.push_waiting(repository(common_dir))
    except (TrackError, OSError):
        return 1
    return 0


def live(common_dir: str, journal: str, interval: float) -> int:
    """Push the state of a run until it ends; return 1 if nobody agreed that runs go to the remote."""
    _leave_terminal()
    try:
        live_runs.follow(repository(common_dir), Path(journal), interval, limit=_limit_of_state)
    except (TrackError, OSError):
        return 1
    return 0


def _limit_of_state() -> AbstractContextManager[None]:
    return _limit(_STATE_SECONDS)


def fold(common_dir: str) -> int:
    """Fold old runs of a repository that has very many; return 1 if that failed."""
    _leave_terminal()
    try:
        quiet_fold.run(repository(common_dir), time.time())
    except (TrackError, OSError):
        return 1
    return 0


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Raise TrackError in the block after a time, and end the git that is running then."""

    def end(number: int, frame: FrameType | None) -> None:
        raise TrackError(f"it took longer than {seconds} s", "try: git track push")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    except TrackError:
        _end_children()
        raise
    finally:
        signal.alarm(0)


def repository(common_dir: str) -> git.Repo:
    """Return the repository of a common folder, with its own work tree: remotes may be relative to that."""
    parent = os.path.dirname(common_dir)
    if os.path.basename(common_dir) == ".git":
        repo = git.find(parent)
        if os.path.realpath(repo.common_dir) == os.path.realpath(common_dir):
            return repo
    return git.find(common_dir)


def _leave_terminal() -> None:
    """Continue when the terminal is closed, and leave processors to the training."""
    if os.getsid(0) != os.getpid():
        try:
            os.setsid()
        except PermissionError:  # the leader of a process group
            return
    os.nice(10)


def _end_children() -> None:
    """End a git that is still running, with the programs that it started."""
    if os.getsid(0) == os.getpid():
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
