"""A program that begins a run and then becomes a daemon: fork, setsid, fork; the last process goes on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gittrack.record.journal import Journal

_PATIENCE_SECONDS = 2.0


class Daemon:
    """What a forked child knows of its beginning; made in the child.

    It is a daemon once it has left the session of its parent and its parent has ended.  A worker process
    whose parent was killed is not a daemon.
    """

    def __init__(self, reclaimed: Callable[[Any], None]) -> None:
        self.reclaimed = reclaimed
        self._parent = os.getppid()
        self._session = os.getsid(self._parent)
        self._over = False

    def survives(self, journal: Journal) -> bool:
        """Own the journal if this process is a daemon by now, and return whether it does."""
        if self._over or os.getppid() == self._parent or os.getsid(0) == self._session:
            return False
        workers = sys.modules.get("multiprocessing.process")
        if workers is not None and workers.parent_process() is not None:
            return False
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not journal.reclaim():  # the first process may be about to end
            if time.monotonic() > deadline or not journal.folder.exists():
                self._over = True
                return False
            time.sleep(0.01)
        return True
