"""The functions that a program leaves by, made to tell with which code they were called.

This begins with ``import gittrack``, not with the first run: in ``sys.exit(main())`` the function is looked
up before ``main`` begins one.
"""

from __future__ import annotations

import builtins
import sys

from gittrack.core.fast_typing import Any

_ASKED: list[int] = []


class _Telling:
    """An exit function that notes its code and then does what it always did."""

    def __init__(self, original: Any) -> None:
        self.original = original

    def __call__(self, code: Any = None) -> Any:
        note(code)
        return self.original(code)

    def __repr__(self) -> str:  # what one reads after typing `exit` at a prompt
        return repr(self.original)


def listen() -> None:
    """Have ``sys.exit``, ``exit`` and ``quit`` tell; once is enough."""
    told = {}
    for home, name in ((sys, "exit"), (builtins, "exit"), (builtins, "quit")):
        original = getattr(home, name, None)  # the two are absent under `python -S`
        if original is not None and not isinstance(original, _Telling):
            told[original] = _Telling(original)
            setattr(home, name, told[original])
    # `from sys import exit` in the script itself, done before we came.
    script = vars(sys.modules["__main__"]) if "__main__" in sys.modules else {}
    for name in ("exit", "quit"):
        if callable(script.get(name)) and script[name] in told:
            script[name] = told[script[name]]


def note(code: object) -> None:
    """Note a code that somebody asked to leave with; in another thread it only ends that one."""
    threading = sys.modules.get("threading")
    if threading is None or threading.current_thread() is threading.main_thread():
        _ASKED[:] = [exit_status(code)]


def asked() -> int | None:
    """Return the code that the main thread asked to leave with last, or None."""
    return _ASKED[0] if _ASKED else None


def exit_status(code: object) -> int:
    """Return the exit status that ``sys.exit(code)`` ends with."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1
