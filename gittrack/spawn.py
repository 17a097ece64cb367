"""A child process and all that it says.

What `subprocess` does, for the one case that git needs, on ``posix_spawn``: importing `subprocess` takes
longer than git takes to list 1,000 runs.  The cost of a spawn does not grow with the parent's memory.
"""

from __future__ import annotations

import fcntl
import os
import select
from collections.abc import Mapping

_CHUNK = 1 << 20


class Child:
    """A process with pipes for stdout and stderr, and for stdin where there is something to feed.

    Raises FileNotFoundError where there is no such program.
    """

    def __init__(self, argv: list[str], env: Mapping[str, str], feed: bytes | None) -> None:
        self._feed = memoryview(feed or b"")
        out, theirs_out = os.pipe()
        err, theirs_err = os.pipe()
        _widen(out)
        self._out, self._err, self._in = out, err, -1
        closing = [theirs_out, theirs_err]
        actions = [(os.POSIX_SPAWN_DUP2, theirs_out, 1), (os.POSIX_SPAWN_DUP2, theirs_err, 2)]
        if feed is None:
            theirs_in = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        else:
            theirs_in, self._in = os.pipe()
            os.set_blocking(self._in, False)
        closing.append(theirs_in)
        actions.append((os.POSIX_SPAWN_DUP2, theirs_in, 0))
        try:
            self.pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
        except BaseException:
            for fd in (out, err, self._in):
                if fd >= 0:
                    os.close(fd)
            raise
        finally:
            for fd in closing:
                os.close(fd)

    def wait(self) -> tuple[int, bytes, bytes]:
        """Feed it, read it to the end, and return (exit status, stdout, stderr).

        The status is negative for a signal, as in `subprocess`.
        """
        pieces: dict[int, list[bytes]] = {self._out: [], self._err: []}
        poll = select.poll()  # unlike `select`, at ease with descriptors above 1023
        for fd in pieces:
            poll.register(fd, select.POLLIN)
        if self._in >= 0:
            poll.register(self._in, select.POLLOUT)
        left = len(pieces)
        while left:
            for fd, _ in poll.poll():
                if fd == self._in:
                    self._write(poll)
                elif data := os.read(fd, _CHUNK):
                    pieces[fd].append(data)
                else:
                    poll.unregister(fd)
                    os.close(fd)
                    left -= 1
        if self._in >= 0:
            os.close(self._in)
        return self._status(), b"".join(pieces[self._out]), b"".join(pieces[self._err])

    def _status(self) -> int:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:  # the program ignores SIGCHLD, or waits for every child itself
            return 0

    def _write(self, poll: select.poll) -> None:
        try:
            done = os.write(self._in, self._feed[:_CHUNK]) if self._feed else 0
            self._feed = self._feed[done:]
        except BrokenPipeError:  # it has read as much as it wanted
            self._feed = memoryview(b"")
        if not self._feed:
            poll.unregister(self._in)
            os.close(self._in)
            self._in = -1


def _widen(pipe: int) -> None:
    """Make room in a pipe, so that git need not wait for us at every 64 KiB; only Linux can."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)
        except OSError:  # the user has many pipes open; the size is a convenience
            return


def detached(argv: list[str], env: Mapping[str, str]) -> None:
    """Start a process that lives on when this one ends, and do not wait for it."""
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    os.posix_spawnp(argv[0], argv, env, file_actions=actions, setpgroup=0)
    os.close(null)
