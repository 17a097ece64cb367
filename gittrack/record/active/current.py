"""The runs that belong to this thread or task: those whose ``with`` blocks are around the caller."""

from __future__ import annotations

import sys
import threading
from contextvars import ContextVar

from gittrack.core.standard import contextlib
from gittrack.core.standard.typing import Any

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
    return threading.current_thread() if task is None or _runs_cells(task) else task


def _runs_cells(task: Any) -> bool:
    """Return whether a task is that of a notebook's kernel, in which each cell may have another one."""
    code = getattr(task.get_coro(), "cr_code", None)
    path = "" if code is None else code.co_filename.replace("\\", "/")
    return any(f"/{package}/" in path for package in ("ipykernel", "IPython", "tornado"))
