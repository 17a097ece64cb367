"""A terminal that is redrawn: the other screen, keys without Enter, and everything as before at the end."""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import sys
import termios
import tty
from types import TracebackType
from typing import Any

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
END = "end"  # the terminal has gone
_HOME, _CLEAR_REST = "\x1b[H", "\x1b[K"
_NAMES = {
    **{"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down", "\x1b": "escape"},
    **{"\r": "enter", "\n": "enter", " ": "space", "\x7f": "backspace", "\x08": "backspace"},
}
_SEQUENCE = re.compile(r"\x1b[\[O][0-?]*[ -/]*[@-~]|\x1b(?!\[)|\x1b\[|.", re.DOTALL)


class Screen:
    """The terminal of this process, while it is redrawn."""

    def __init__(self) -> None:
        self._waiting: list[str] = []  # keys that were pressed and not returned yet
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def __enter__(self) -> Screen:
        self._input = sys.stdin.fileno()
        self._before: Any = termios.tcgetattr(self._input)
        self._handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGTSTP, self._suspend)
        self._enter()
        return self

    def _enter(self) -> None:
        tty.setcbreak(self._input)
        self._write(_ENTER)

    def _leave(self) -> None:
        self._write(_LEAVE)
        termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)

    def _suspend(self, number: int, frame: Any) -> None:
        """Stop as after Ctrl-Z elsewhere: the terminal is as before until the process goes on."""
        self._leave()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._suspend)
        self._enter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, self._handler)

    def draw(self, content: str) -> None:
        """Show a screen; lines are separated by CR and LF."""
        lines = content.split("\r\n")
        self._write(_HOME + "\r\n".join(line + _CLEAR_REST for line in lines))

    def key(self, seconds: float) -> str:
        """Return the next key within some seconds: its letter or its name; "" if no key is pressed."""
        if not self._waiting:
            if not select.select([self._input], [], [], seconds)[0]:
                return ""
            data = os.read(self._input, 1024)
            if not data:
                return END
            self._waiting = keys_of(self._decode(data))
        return self._waiting.pop(0) if self._waiting else ""

    def _write(self, content: str) -> None:
        sys.stdout.write(content)
        sys.stdout.flush()


def keys_of(typed: str) -> list[str]:
    """Return the keys of what was typed: letters, or names such as ``up``; other sequences are ""."""
    return [_name_of(sequence) for sequence in _SEQUENCE.findall(typed)]


def _name_of(sequence: str) -> str:
    return _NAMES.get(sequence, sequence if len(sequence) == 1 and sequence.isprintable() else "")
