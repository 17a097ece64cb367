"""With which exit code a Python process leaves, as far as Python tells.

``SystemExit`` reaches no hook: it can be raised by ``sys.exit``, caught on its way, raised by hand.  So
three things are looked at: the calls of ``sys.exit`` and its sisters; where the outermost frame stood in the
end, at its ``return`` or not; and from Python 3.12 on, by `sys.monitoring` (PEP 669), what left that frame.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from opcode import opname
from types import CodeType, FrameType
from typing import Any

from gittrack.record.ending import exit_functions

_RETURNS = ("RETURN_VALUE", "RETURN_CONST")


class Leaving:
    """Looks on as the main thread leaves; made while the program runs."""

    def __init__(self) -> None:
        self.frame = _outermost()
        exit_functions.listen()
        if self.frame is not None and sys.version_info >= (3, 12):
            _on_unwinding(self.frame.f_code, exit_functions.note)

    @property
    def asked(self) -> int | None:
        """The code that was asked for, where anybody did."""
        return exit_functions.asked()

    def returned(self) -> bool:
        """Say whether the outermost frame came to its ordinary end, so that the exit code is 0."""
        if self.frame is None:
            return self.asked is None
        if self.frame.f_lasti < 0:
            return False
        return opname[self.frame.f_code.co_code[self.frame.f_lasti]] in _RETURNS


def _outermost() -> FrameType | None:
    """Return the first frame of the main thread; None in another thread."""
    if threading.current_thread() is not threading.main_thread():
        return None
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
    return frame


def _on_unwinding(outermost: CodeType, note: Callable[[Any], None]) -> None:
    """Have ``note`` called with the code of a SystemExit that leaves the outermost frame."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
    tool = next((one for one in (4, 3) if monitoring.get_tool(one) is None), None)
    if tool is None:
        return

    def unwinding(code: CodeType, offset: int, error: BaseException) -> None:
        if code is outermost and isinstance(error, SystemExit):
            note(error.code)

    monitoring.use_tool_id(tool, "gittrack")
    monitoring.register_callback(tool, monitoring.events.PY_UNWIND, unwinding)
    monitoring.set_events(tool, monitoring.events.PY_UNWIND)
