"""The exit code of this Python process, as far as Python makes it known.

No hook of Python gets a ``SystemExit``; a program can raise it by ``sys.exit`` or by hand, and catch it.
Therefore this module uses three sources: the calls of ``sys.exit``, ``exit`` and ``quit``; whether the
outermost frame ended at a ``return``; and from Python 3.12 on, by `sys.monitoring` (PEP 669), the exception
that left that frame.
"""

from __future__ import annotations

import sys
import threading

from gittrack.core.standard.collections import Callable
from gittrack.core.standard.types import CodeType, FrameType
from gittrack.core.standard.typing import Any
from gittrack.record.ending import exit_functions

# The instructions that return, as functions end with them.  To import `opcode` takes a descriptor, which a
# program may not have left at its end.
_RETURNS = frozenset(f.__code__.co_code[-2] for f in (lambda: None, lambda value: value))


class ExitWatch:
    """Watches how the main thread ends; made while the program runs."""

    def __init__(self) -> None:
        self.frame = _outermost()
        exit_functions.listen()
        if self.frame is not None and sys.version_info >= (3, 12):
            _on_unwinding(self.frame.f_code, exit_functions.record)

    @property
    def requested_code(self) -> int | None:
        """The exit code that the program requested; None if it requested none."""
        return exit_functions.requested_code()

    def has_returned(self) -> bool:
        """Return whether the outermost frame ended by a return, so that the exit code is 0."""
        if self.frame is None:
            return self.requested_code is None
        if self.frame.f_lasti < 0:
            return False
        return self.frame.f_code.co_code[self.frame.f_lasti] in _RETURNS


def of_worker() -> Callable[[], int | None]:
    """Return a function for the exit code of this worker process of multiprocessing: None while it runs.

    From Python 3.13 on, multiprocessing calls `atexit` after it handled the exception that ends a worker.
    The code is then known to its method ``_bootstrap`` only, which has returned.
    """
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_code.co_name != "_bootstrap":
        frame = frame.f_back
    if frame is None or frame.f_globals.get("__name__") != "multiprocessing.process":
        return lambda: None
    bootstrap = frame
    return lambda: bootstrap.f_locals.get("exitcode")


def _outermost() -> FrameType | None:
    """Return the first frame of the main thread; None in another thread."""
    if threading.current_thread() is not threading.main_thread():
        return None
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
    return frame


def _on_unwinding(outermost: CodeType, record: Callable[[Any], None]) -> None:
    """Call ``record`` with the code of a SystemExit that leaves the outermost frame."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
    tool = next((number for number in (4, 3) if monitoring.get_tool(number) is None), None)
    if tool is None:
        return

    def unwinding(code: CodeType, offset: int, error: BaseException) -> None:
        if code is outermost and isinstance(error, SystemExit):
            record(error.code)

    monitoring.use_tool_id(tool, "gittrack")
    monitoring.register_callback(tool, monitoring.events.PY_UNWIND, unwinding)
    monitoring.set_events(tool, monitoring.events.PY_UNWIND)
