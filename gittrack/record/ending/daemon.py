"""A program that begins a run and becomes a daemon (fork, setsid, fork): the last process owns the run."""

from __future__ import annotations

import os
import sys
import time

from gittrack.core.standard.collections import Callable
from gittrack.core.standard.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gittrack.record.journal import Journal

_PATIENCE_SECONDS = 2.0


class Daemon:
    """Decides in a forked child whether the child is a daemon.

    A child is a daemon after it has left the session of its parent and the parent has ended.  A worker of
    multiprocessing is not a daemon, also if its parent was killed.
    """

    def __init__(self, reclaimed: Callable[[Any], None]) -> None:
        self.reclaimed = reclaimed
        self._parent = os.getppid()
        self._session = os.getsid(self._parent)
        self._over = False

    def survives(self, journal: Journal) -> bool:
        """Own the journal if this process is a daemon now; return whether it does."""
        if self._over or os.getppid() == self._parent or os.getsid(0) == self._session:
            return False
        workers = sys.modules.get("multiprocessing.process")
        if workers is not None and workers.parent_process() is not None:
            return False
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not journal.reclaim():  # the first process may be ending
            if time.monotonic() > deadline or not journal.folder.exists():
                self._over = True
                return False
            time.sleep(0.01)
        return True
