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
_SIGKILL = 9  # without importing `signal`, and with it `enum`
_LEFT: list[int] = []


class Child:
    """A process with pipes for stdout and stderr, and for stdin where there is something to feed.

    ``feed`` is what it gets on stdin: bytes, the stdout of another child, or nothing.
    Raises FileNotFoundError where there is no such program.
    """

    def __init__(self, argv: list[str], env: Mapping[str, str], feed: bytes | Child | None) -> None:
        self._parent = 0  # until there is a process to wait for
        self._feed = memoryview(feed if isinstance(feed, bytes) else b"")
        self._out, theirs_out = os.pipe()
        self._err, theirs_err = os.pipe()
        self._open = {self._out, self._err}
        _widen(self._out)
        _widen(self._err)
        self._in = -1
        if feed is None:
            theirs_in = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        elif isinstance(feed, Child):
            theirs_in = feed._out
            feed._open.discard(theirs_in)
        else:
            theirs_in, self._in = os.pipe()
            os.set_blocking(self._in, False)
            self._open.add(self._in)
        theirs = (theirs_in, theirs_out, theirs_err)
        actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(theirs)]
        try:
            self.pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
            self._parent = os.getpid()
        finally:
            for fd in theirs:
                os.close(fd)

    def __del__(self) -> None:
        """End a process that nobody waits for any more, because an error came between."""
        for fd in list(self._open):
            self._close(fd)
        if self._parent == os.getpid():  # and not a forked copy of us
            try:
                os.kill(self.pid, _SIGKILL)
            except ProcessLookupError:
                return
            self._status()

    def wait(self) -> tuple[int, bytes, bytes]:
        """Feed it, read it to the end, and return (exit status, stdout, stderr).

        The status is negative for a signal, as in `subprocess`.
        """
        pieces: dict[int, list[bytes]] = {self._out: [], self._err: []}
        poll = select.poll()  # unlike `select`, at ease with descriptors above 1023
        for fd in self._open:
            poll.register(fd, select.POLLOUT if fd == self._in else select.POLLIN)
        while not self._open <= {self._in}:
            for fd, _ in poll.poll():
                if fd == self._in:
                    over = not self._write()
                else:
                    data = os.read(fd, _CHUNK)
                    pieces[fd].append(data)
                    over = not data
                if over:
                    poll.unregister(fd)
                    self._close(fd)
        self._close(self._in)
        return self._status(), b"".join(pieces[self._out]), b"".join(pieces[self._err])

    def _write(self) -> bool:
        """Feed a bit more; say whether there is more to come."""
        try:
            done = os.write(self._in, self._feed[:_CHUNK]) if self._feed else 0
            self._feed = self._feed[done:]
        except BrokenPipeError:  # it has read as much as it wanted
            self._feed = memoryview(b"")
        return bool(self._feed)

    def _close(self, fd: int) -> None:
        if fd in self._open:
            self._open.discard(fd)
            os.close(fd)

    def _status(self) -> int:
        self._parent = 0
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:  # the program ignores SIGCHLD, or waits for every child itself
            return 0


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
    _LEFT[:] = [pid for pid in _LEFT if not _is_over(pid)]
    _LEFT.append(os.posix_spawnp(argv[0], argv, env, file_actions=actions, setpgroup=0))
    os.close(null)


def _is_over(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True
