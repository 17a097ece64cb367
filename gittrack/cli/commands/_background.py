"""The processes that share runs in the background, started by `record.publish.background`.

They have no terminal, so their output goes nowhere.  A process ends by itself after a time limit.
"""

from __future__ import annotations

import os
import signal
from types import FrameType

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.share.background import automatic

PUSH_SECONDS = 900


def push(common_dir: str) -> int:
    """Push the runs that wait in a repository; return 1 if that failed."""
    _leave_terminal()
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(PUSH_SECONDS)
    try:
        automatic.push_waiting(repository(common_dir))
    except (TrackError, OSError):
        return 1
    finally:
        _end_children()
    return 0


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
    """End a git that is still running after the time limit, with the programs that it started."""
    if os.getsid(0) == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


def _end(number: int, frame: FrameType | None) -> None:
    raise TrackError(f"the push took longer than {PUSH_SECONDS // 60} min", "try: git track push")
