"""A command's output, on its way to where ours goes and into the log.

Where our stdout is a terminal the command gets a pseudo-terminal, so that it shows colours and progress
bars as always; elsewhere a pipe.  The bytes pass unchanged.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import select
import termios
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

_DRAIN_SECONDS = 2.0


class Channel(NamedTuple):
    """One way out of the command: it writes to ``inner``, we read ``outer`` and write to ``target``."""

    inner: int
    outer: int
    target: int
    terminal: bool


class Console:
    """The command's stdout and stderr; one channel where both of ours go to the same place."""

    def __init__(self, keep: Callable[[int, bytes], None]) -> None:
        self.keep = keep
        self.problem: str | None = None
        first = _channel(1)
        self.channels = [first] if _same(1, 2) else [first, _channel(2)]
        self.open = {channel.outer: channel for channel in self.channels}
        self.resize()

    @property
    def stdout(self) -> int:
        """The descriptor that is the command's stdout."""
        return self.channels[0].inner

    @property
    def stderr(self) -> int:
        """The descriptor that is the command's stderr."""
        return self.channels[-1].inner

    def started(self) -> None:
        """Close the command's ends here, once it has its own copies."""
        for channel in self.channels:
            os.close(channel.inner)

    def resize(self) -> None:
        """Give the pseudo-terminals the size of the real one."""
        for channel in self.channels:
            if channel.terminal:
                size = fcntl.ioctl(channel.target, termios.TIOCGWINSZ, bytes(8))
                fcntl.ioctl(channel.outer, termios.TIOCSWINSZ, size)

    def pump(self, wake: int, timeout: float, others: Sequence[int] = ()) -> bool:
        """Pass on what there is, waiting up to ``timeout`` seconds; say whether there was anything.

        The wait ends early if ``wake`` can be read, which is then emptied, or one of the ``others``.
        """
        ready, _, _ = select.select([*self.open, wake, *others], [], [], timeout)
        if wake in ready:
            os.read(wake, 512)
        moved = False
        for outer in ready:
            if outer in self.open:
                moved = self._move(self.open[outer]) or moved
        return moved

    def drain(self) -> None:
        """Pass on what the command left; a child of its own that still holds the end is not waited for."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        while self.open:
            ready, _, _ = select.select(list(self.open), [], [], 0.05)
            if not ready or time.monotonic() > deadline:
                return
            for outer in ready:
                self._move(self.open[outer])

    def close(self) -> None:
        """Close our ends."""
        for outer in list(self.open):
            os.close(outer)
            del self.open[outer]

    def _move(self, channel: Channel) -> bool:
        try:
            data = os.read(channel.outer, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # how a pseudo-terminal says that its other end is closed
                raise
            data = b""
        if not data:
            os.close(channel.outer)
            del self.open[channel.outer]
            return False
        self.keep(channel.target, data)
        try:
            _write_all(channel.target, data)
        except BrokenPipeError:  # as without us: the command's next write meets a closed pipe
            os.close(channel.outer)
            del self.open[channel.outer]
        except OSError as error:  # a full disk, a closed descriptor: the log has it all the same
            self.problem = error.strerror
        return True


def _channel(target: int) -> Channel:
    if os.isatty(target):
        outer, inner = pty.openpty()
        modes = termios.tcgetattr(target)
        modes[1] &= ~termios.OPOST  # the real terminal turns line breaks into what it needs
        termios.tcsetattr(inner, termios.TCSANOW, modes)
        return Channel(inner, outer, target, True)
    outer, inner = os.pipe()
    return Channel(inner, outer, target, False)


def _same(a: int, b: int) -> bool:
    try:
        return os.path.sameopenfile(a, b)
    except OSError:  # one of them is closed
        return True


def _write_all(target: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(target, data) :]
        except BlockingIOError:
            select.select([], [target], [])
