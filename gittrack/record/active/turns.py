"""Let the threads of a process begin and end runs one after the other.

All of them need the lock of the interpreter, and give it away at each system call.  If 64 threads do so at
once, a run takes four times the processor time that it takes alone.
"""

from __future__ import annotations

import os
import threading

from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import contextmanager

PATIENCE_SECONDS = 1.0
_locks = [threading.RLock()]  # the last one is that of this process
os.register_at_fork(after_in_child=lambda: _locks.append(threading.RLock()))


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the turn of this thread, but not for long.

    The other thread may wait for a slow hook, or even for this thread: then both go on.  A thread that has
    its turn may take another one inside, as a signal handler does that ends the run.
    """
    lock = _locks[-1]
    has_turn = lock.acquire(timeout=PATIENCE_SECONDS)
    try:
        yield
    finally:
        if has_turn:
            lock.release()
