"""The runs that belong to this thread or task: those whose ``with`` blocks are around the caller."""

from __future__ import annotations

import contextlib
import sys
import threading
from contextvars import ContextVar
from typing import Any

_OPEN: ContextVar[tuple[str, ...]] = ContextVar("gittrack_open", default=())


def enter(run_id: str) -> None:
    """Record that the ``with`` block of a run begins; tasks that start in the block inherit the run."""
    _OPEN.set((*_OPEN.get(), run_id))


def leave(run_id: str) -> None:
    """Record that the ``with`` block of a run ends."""
    _OPEN.set(tuple(other for other in _OPEN.get() if other != run_id))


def enclosing() -> tuple[str, ...]:
    """Return the ids of the runs whose ``with`` blocks are around the caller, the innermost last."""
    return _OPEN.get()


def owner() -> Any:
    """Return the current asyncio task, otherwise the thread; a run without a block belongs to it."""
    asyncio = sys.modules.get("asyncio")
    task = None
    if asyncio is not None:
        with contextlib.suppress(RuntimeError, AttributeError):  # this thread has no loop
            task = asyncio.current_task()
    return task or threading.current_thread()
