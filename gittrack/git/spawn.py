"""A child process and its output.

The part of `subprocess` that git needs, on ``posix_spawn``: the import of `subprocess` takes longer than
git needs to list 1,000 runs.  The cost of a spawn does not grow with the memory of the parent.
"""

from __future__ import annotations

import os

# Not from `os`: the replacement of gevent waits for ever for a child that gevent did not start.
from posix import waitpid

from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.disk import programs

_PIPE = 1 << 20  # bytes that wait in a pipe; Linux allows every user as many
_SIGKILL = 9  # without importing `signal`, and with it `enum`


class Child:
    """A process whose stdout and stderr go to files in memory, which are read when it has ended.

    With pipes, each small write of the process would wake the parent: listing 1,000 runs took three
    times as long.

    Parameters
    ----------
    argv
        The program and its arguments.
    env
        The whole environment.
    feed
        The stdin: bytes, a ``piped`` child whose stdout is read, an open file, which is closed here, or
        None for an empty one.
    piped
        Whether stdout goes to another child.

    Raises
    ------
    FileNotFoundError
        If the program does not exist.
    """

    def __init__(
        self,
        argv: list[str],
        env: Mapping[str, str],
        feed: bytes | Child | int | None,
        *,
        piped: bool = False,
    ) -> None:
        self._answer: tuple[int, bytes, bytes] | None = None
        self._parent = 0  # until there is a process to wait for
        self._open: set[int] = set()  # closed also if there is no descriptor for the next one
        self._err = _file()
        self._open.add(self._err)
        self._out, theirs_out = os.pipe() if piped else (_file(), -1)
        self._open.add(self._out)
        source = self._source(feed)
        theirs = (source, theirs_out if piped else self._out, self._err)
        actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(theirs)]
        try:
            self.pid = _spawn(argv, env, actions)
            self._parent = os.getpid()
        finally:
            for fd in (source, theirs_out):
                if fd >= 0:
                    os.close(fd)

    def _source(self, feed: bytes | Child | int | None) -> int:
        if feed is None:
            return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        if isinstance(feed, int):
            return feed
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
        """End a process that nothing waits for any more, after an error."""
        self.end()

    def end(self) -> None:
        """Kill the process, unless it was waited for, and close what is open."""
        if self._parent == os.getpid():  # not in a forked copy of the parent
            try:
                os.kill(self.pid, _SIGKILL)
            except ProcessLookupError:
                return
            self._status()
        self._close()

    def wait(self) -> tuple[int, bytes, bytes]:
        """Wait for the end and return (exit status, stdout, stderr); stdout is empty if it is piped.

        The status is negative for a signal, as in `subprocess`.  A second call returns the same.
        """
        if self._answer is None:
            status = self._status()
            out, err = (_content(fd) if fd in self._open else b"" for fd in (self._out, self._err))
            self._close()
            self._answer = status, out, err
        return self._answer

    def parts(self, size: int) -> Iterator[bytes]:
        """Yield the stdout of a ``piped`` child as it comes, at most ``size`` bytes at a time."""
        _widen(self._out)
        while piece := os.read(self._out, size):
            yield piece
        self._open.discard(self._out)
        os.close(self._out)

    def _close(self) -> None:
        for fd in self._open:
            os.close(fd)
        self._open = set()

    def _status(self) -> int:
        self._parent = 0
        return _ended(self.pid)


def _widen(pipe: int) -> None:
    """Let a process write ahead while its reader is busy, so that both work all the time."""
    import fcntl  # noqa: PLC0415 - only what reads a pipe needs it

    try:  # noqa: SIM105 - `contextlib` takes 1 ms, and a listing needs nothing else of it
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    except (AttributeError, OSError):  # not Linux, or this user has very many pipes
        pass


def _spawn(argv: list[str], env: Mapping[str, str], actions: Sequence[tuple[int, int, int]]) -> int:
    """Start a program and return its process id.

    A child that searches PATH would fail to start once for each folder, while no thread of this process can
    go on.
    """
    try:
        path = programs.remembered(argv[0]) or argv[0]
        return os.posix_spawn(path, argv, env, file_actions=actions)
    except FileNotFoundError:  # not installed, or moved a moment ago
        return os.posix_spawnp(argv[0], argv, env, file_actions=actions)


def _ended(pid: int) -> int:
    """Wait for the end of a process and return its exit status."""
    try:
        return os.waitstatus_to_exitcode(waitpid(pid, 0)[1])
    except ChildProcessError:  # this program ignores SIGCHLD, or waits for every child elsewhere
        return 0


def _file() -> int:
    """Return a new file without a name: in memory on Linux, in the temporary folder elsewhere."""
    try:
        return os.memfd_create("git")
    except (AttributeError, OSError):  # not Linux, or a sandbox without such files
        pass
    import tempfile  # noqa: PLC0415 - only without files in memory

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


def limited(argv: list[str], largest: int) -> list[str]:
    """Return a command that cannot write a file of more than ``largest`` bytes, and some."""
    block = 512  # bytes; the unit of `ulimit -f` in the shell of POSIX
    return ["sh", "-c", 'ulimit -f "$0" && exec "$@"', str(largest // block + 1), *argv]


def detached(argv: list[str], env: Mapping[str, str]) -> None:
    """Start a process that continues when this one ends, without waiting for it."""
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    # The shell ends at once, so the system waits for its child, and this process needs no list of children.
    shell = ["sh", "-c", '"$@" &', "sh", *argv]
    try:
        pid = os.posix_spawnp(shell[0], shell, env, file_actions=actions, setpgroup=0)
    finally:
        os.close(null)
    _ended(pid)
