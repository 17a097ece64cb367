"""The output of a command: copied to stdout and stderr, and into the log.

If stdout is a terminal, the command gets a pseudo-terminal, so that it shows colours and progress bars;
otherwise a pipe.  The bytes are not changed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import time

from gittrack.core.standard.collections import Callable, Sequence
from gittrack.core.standard.typing import NamedTuple

_DRAIN_SECONDS = 2.0


class Channel(NamedTuple):
    """One output of the command, from ``inner``; the launcher copies ``outer`` to ``target``."""

    inner: int
    outer: int
    target: int
    terminal: bool


class Console:
    """The command's stdout and stderr; one channel if both go to the same file or terminal.

    With ``apart`` only if both go to the same terminal.

    ``write_log`` is called with (number of the stream, bytes) of all output.
    """

    def __init__(self, write_log: Callable[[int, bytes], None], *, apart: bool = False) -> None:
        self.write_log = write_log
        self.problem: str | None = None
        first = _channel(1)
        self.channels = (
            [first] if _same(1, 2) and not (apart and not first.terminal) else [first, _channel(2)]
        )
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
        """Close the command's ends in this process, after the command got its copies."""
        for channel in self.channels:
            os.close(channel.inner)

    def resize(self) -> None:
        """Give the pseudo-terminals the size of the real one."""
        for channel in self.channels:
            if channel.terminal:
                import termios  # noqa: PLC0415 - only a terminal needs it

                size = fcntl.ioctl(channel.target, termios.TIOCGWINSZ, bytes(8))
                fcntl.ioctl(channel.outer, termios.TIOCSWINSZ, size)

    def pump(self, wake: int, timeout: float, others: Sequence[int] = ()) -> bool:
        """Copy the available output; return whether there was any.

        Parameters
        ----------
        wake
            A descriptor that ends the wait if it can be read; it is emptied then.
        timeout
            The longest wait, in seconds.
        others
            Further descriptors that end the wait if they can be read.
        """
        ready, _, _ = select.select([*self.open, wake, *others], [], [], timeout)
        if wake in ready:
            os.read(wake, 512)
        has_output = False
        for outer in ready:
            if outer in self.open:
                has_output = self._copy(self.open[outer]) or has_output
        return has_output

    def drain(self) -> None:
        """Copy the rest of the output, without waiting for children of the command that still run."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        while self.open:
            ready, _, _ = select.select(list(self.open), [], [], 0.05)
            if not ready or time.monotonic() > deadline:
                return
            for outer in ready:
                self._copy(self.open[outer])

    def close(self) -> None:
        """Close the ends of this process."""
        for outer in list(self.open):
            os.close(outer)
            del self.open[outer]

    def _copy(self, channel: Channel) -> bool:
        """Copy what can be read from a channel; return False at its end."""
        try:
            data = os.read(channel.outer, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # the other end of a pseudo-terminal is closed
                raise
            data = b""
        if not data:
            os.close(channel.outer)
            del self.open[channel.outer]
            return False
        self.write_log(1 if channel is self.channels[0] else 2, data)
        try:
            _write_all(channel.target, data)
        except BrokenPipeError:  # the command's next write gets a closed pipe too
            os.close(channel.outer)
            del self.open[channel.outer]
        except OSError as error:  # a full disk, a closed descriptor: the log has the output
            self.problem = error.strerror
        return True


def _channel(target: int) -> Channel:
    if os.isatty(target):
        import termios  # noqa: PLC0415 - only a terminal needs it

        outer, inner = os.openpty()
        modes = termios.tcgetattr(target)
        modes[1] &= ~termios.OPOST  # the real terminal converts line breaks
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
