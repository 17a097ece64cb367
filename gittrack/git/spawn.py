"""A child process and all that it says.

What `subprocess` does, for the one case that git needs, on ``posix_spawn``: importing `subprocess` takes
longer than git takes to list 1,000 runs.  The cost of a spawn does not grow with the parent's memory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

# Not of `os`: gevent puts another one there, which waits for ever for a child that gevent did not start.
from posix import waitpid

_SIGKILL = 9  # without importing `signal`, and with it `enum`


class Child:
    """A process whose stdout and stderr go to files in memory, to be read when it has ended.

    With pipes each of its small writes would wake us up: to list 1,000 runs took three times as long.
    ``feed`` is what it gets on stdin: bytes, the stdout of another child that is ``piped``, or nothing.
    Raises FileNotFoundError where there is no such program.
    """

    def __init__(
        self,
        argv: list[str],
        env: Mapping[str, str],
        feed: bytes | Child | None,
        *,
        piped: bool = False,
    ) -> None:
        self._parent = 0  # until there is a process to wait for
        self._err = _file()
        self._out, theirs_out = os.pipe() if piped else (_file(), -1)
        self._open = {self._out, self._err}
        source = self._source(feed)
        theirs = (source, theirs_out if piped else self._out, self._err)
        actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(theirs)]
        try:
            self.pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
            self._parent = os.getpid()
        finally:
            for fd in (source, theirs_out):
                if fd >= 0:
                    os.close(fd)

    def _source(self, feed: bytes | Child | None) -> int:
        if feed is None:
            return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        if isinstance(feed, Child):
            feed._open.discard(feed._out)
            return feed._out
        source = _file()
        rest = memoryview(feed)
        while rest:
            rest = rest[os.write(source, rest) :]
        os.lseek(source, 0, os.SEEK_SET)
        return source

    def __del__(self) -> None:
        """End a process that nobody waits for any more, because an error came between."""
        if self._parent == os.getpid():  # and not a forked copy of us
            try:
                os.kill(self.pid, _SIGKILL)
            except ProcessLookupError:
                return
            self._status()
        self._close()

    def wait(self) -> tuple[int, bytes, bytes]:
        """Wait for its end and return (exit status, stdout, stderr); a piped stdout is the reader's.

        The status is negative for a signal, as in `subprocess`.
        """
        status = self._status()
        out, err = (_content(fd) if fd in self._open else b"" for fd in (self._out, self._err))
        self._close()
        return status, out, err

    def _close(self) -> None:
        for fd in self._open:
            os.close(fd)
        self._open = set()

    def _status(self) -> int:
        self._parent = 0
        return _ended(self.pid)


def _ended(pid: int) -> int:
    """Wait for the end of a process and return its exit status."""
    try:
        return os.waitstatus_to_exitcode(waitpid(pid, 0)[1])
    except ChildProcessError:  # the program ignores SIGCHLD, or waits for every child itself
        return 0


def _file() -> int:
    """Return a new file without a name: in memory on Linux, in the folder for such files elsewhere."""
    try:
        return os.memfd_create("git")
    except (AttributeError, OSError):  # not Linux, or a sandbox that has none
        pass
    import tempfile  # noqa: PLC0415 - only where there are no files in memory

    with tempfile.TemporaryFile() as file:
        copy = os.dup(file.fileno())
    os.set_inheritable(copy, False)
    return copy


def _content(handle: int) -> bytes:
    size, pieces = os.fstat(handle).st_size, []
    os.lseek(handle, 0, os.SEEK_SET)
    while size > 0 and (piece := os.read(handle, size)):
        pieces.append(piece)
        size -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def detached(argv: list[str], env: Mapping[str, str]) -> None:
    """Start a process that lives on when this one ends, and do not wait for it."""
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    # A shell that ends at once: its child is then waited for by the system, and no list of them is kept.
    shell = ["sh", "-c", '"$@" &', "sh", *argv]
    try:
        pid = os.posix_spawnp(shell[0], shell, env, file_actions=actions, setpgroup=0)
    finally:
        os.close(null)
    _ended(pid)
