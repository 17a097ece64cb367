"""Record the exit code with which a program calls ``sys.exit``, ``exit`` or ``quit``.

The functions are wrapped by ``import gittrack``, not by the first run: Python looks up the function of
``sys.exit(main())`` before ``main`` begins a run.
"""

from __future__ import annotations

import builtins
import sys

from gittrack.core.standard.typing import Any

_REQUESTED: list[int] = []  # the last code, if there is one


class _RecordingExit:
    """An exit function that records its code and then calls the original function."""

    def __init__(self, original: Any) -> None:
        self.original = original

    def __call__(self, code: Any = None) -> Any:
        record(code)
        return self.original(code)

    def __repr__(self) -> str:  # the text that Python prints for `exit` at a prompt
        return repr(self.original)


def listen() -> None:
    """Wrap ``sys.exit``, ``exit`` and ``quit`` to record their code; a second call does nothing."""
    wrappers = {}
    for module, name in ((sys, "exit"), (builtins, "exit"), (builtins, "quit")):
        original = getattr(module, name, None)  # `exit` and `quit` do not exist under `python -S`
        if original is not None and not isinstance(original, _RecordingExit):
            wrappers[original] = _RecordingExit(original)
            setattr(module, name, wrappers[original])
    # A script may have called `from sys import exit` before `import gittrack`.
    script = vars(sys.modules["__main__"]) if "__main__" in sys.modules else {}
    for name in ("exit", "quit"):
        if callable(script.get(name)) and script[name] in wrappers:
            script[name] = wrappers[script[name]]


def record(code: object) -> None:
    """Record a requested exit code; a request in another thread only ends that thread and is ignored."""
    threading = sys.modules.get("threading")
    if threading is None or threading.current_thread() is threading.main_thread():
        _REQUESTED[:] = [exit_status(code)]


def requested_code() -> int | None:
    """Return the exit code that the main thread requested last; None if there was no request."""
    return _REQUESTED[0] if _REQUESTED else None


def exit_status(code: object) -> int:
    """Return the exit status of a process that calls ``sys.exit(code)``."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1
