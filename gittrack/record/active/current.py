"""Which runs belong to this thread or task: the ``with`` blocks around the caller, and the caller itself."""

from __future__ import annotations

import contextlib
import sys
import threading
from contextvars import ContextVar
from typing import Any

_OPEN: ContextVar[tuple[str, ...]] = ContextVar("gittrack_open", default=())


def enter(run_id: str) -> None:
    """Note that the ``with`` block of a run begins here; tasks started in it know the run as well."""
    _OPEN.set((*_OPEN.get(), run_id))


def leave(run_id: str) -> None:
    """Note that the ``with`` block of a run ends here."""
    _OPEN.set(tuple(other for other in _OPEN.get() if other != run_id))


def enclosing() -> tuple[str, ...]:
    """Return the ids of the runs whose ``with`` blocks are around the caller, the innermost last."""
    return _OPEN.get()


def owner() -> Any:
    """Return the asyncio task that runs now, else the thread: what a run without a block belongs to."""
    asyncio = sys.modules.get("asyncio")
    task = None
    if asyncio is not None:
        with contextlib.suppress(RuntimeError, AttributeError):  # there is no loop in this thread
            task = asyncio.current_task()
    return task or threading.current_thread()
