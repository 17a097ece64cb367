"""With which exit code a Python process leaves, as far as Python tells.

``SystemExit`` reaches no hook: it can be raised by ``sys.exit``, caught on its way, raised by hand.  So
three things are looked at: the calls of ``sys.exit`` and its sisters; where the outermost frame stood in the
end, at its ``return`` or not; and from Python 3.12 on, by `sys.monitoring` (PEP 669), what left that frame.
"""

from __future__ import annotations

import builtins
import sys
import threading
from collections.abc import Callable
from opcode import opname
from types import CodeType, FrameType
from typing import Any

_RETURNS = ("RETURN_VALUE", "RETURN_CONST")


class Leaving:
    """Looks on as the main thread leaves; made while the program runs."""

    def __init__(self) -> None:
        self.asked: int | None = None
        self.frame = _outermost()
        exits = {sys.exit: _Wrapped(sys.exit, self)}
        for name in ("exit", "quit"):
            original = getattr(builtins, name, None)  # absent under `python -S`
            if original is not None:
                exits[original] = _Wrapped(original, self)
                setattr(builtins, name, exits[original])
        # `from sys import exit` in the script itself, done before we came.
        script = vars(sys.modules["__main__"])
        for name in ("exit", "quit"):
            if callable(script.get(name)) and script[name] in exits:
                script[name] = exits[script[name]]
        sys.exit = exits[sys.exit]
        if self.frame is not None and sys.version_info >= (3, 12):
            _on_unwinding(self.frame.f_code, self.note)

    def note(self, code: Any) -> None:
        """Note a code that somebody asked to leave with; in another thread it only ends that one."""
        if threading.current_thread() is threading.main_thread():
            self.asked = exit_status(code)

    def returned(self) -> bool:
        """Say whether the outermost frame came to its ordinary end, so that the exit code is 0."""
        if self.frame is None:
            return self.asked is None
        if self.frame.f_lasti < 0:
            return False
        return opname[self.frame.f_code.co_code[self.frame.f_lasti]] in _RETURNS


class _Wrapped:
    """An exit function that tells with which code it was called."""

    def __init__(self, original: Callable[..., Any], leaving: Leaving) -> None:
        self.original = original
        self.leaving = leaving

    def __call__(self, code: Any = None) -> Any:
        self.leaving.note(code)
        return self.original(code)

    def __repr__(self) -> str:  # what one reads after typing `exit` at a prompt
        return repr(self.original)


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


def exit_status(code: object) -> int:
    """Return the exit status that ``sys.exit(code)`` ends with."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1
