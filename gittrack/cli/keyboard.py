"""A terminal that is redrawn: the other screen, keys without Enter, and everything as before at the end."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from types import TracebackType
from typing import Any

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _CLEAR_REST = "\x1b[H", "\x1b[K"
_NAMES = {
    **{"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down", "\x1b": "escape"},
    **{"\r": "enter", "\n": "enter", " ": "space"},
}


class Screen:
    """The terminal of this process, while it is redrawn."""

    def __enter__(self) -> Screen:
        self._input = sys.stdin.fileno()
        self._before: Any = termios.tcgetattr(self._input)
        self._handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
        tty.setcbreak(self._input)
        self._write(_ENTER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._write(_LEAVE)
        termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)
        signal.signal(signal.SIGTERM, self._handler)

    def draw(self, content: str) -> None:
        """Show a screen; lines are separated by CR and LF."""
        lines = content.split("\r\n")
        self._write(_HOME + "\r\n".join(line + _CLEAR_REST for line in lines))

    def key(self, seconds: float) -> str:
        """Return the key that is pressed within some seconds: its letter or its name; "" if none is."""
        if not select.select([self._input], [], [], seconds)[0]:
            return ""
        data = os.read(self._input, 64)
        return name_of(data.decode(errors="replace")) if data else "q"

    def _write(self, content: str) -> None:
        sys.stdout.write(content)
        sys.stdout.flush()


def name_of(sequence: str) -> str:
    """Return the name of a key; of several that came at once, the first."""
    if sequence.startswith("\x1b") and len(sequence) > 1:
        return _NAMES.get(sequence[:3], "")
    return _NAMES.get(sequence[:1], sequence[:1])
