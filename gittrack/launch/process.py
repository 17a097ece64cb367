"""The command's process: started by fork and exec, never outliving us, its end told exactly."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from gittrack.launch import signals
from gittrack.launch.console import Console
from gittrack.record.machine import memory

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
_ENDING_GIT = (signal.SIGUSR1, signal.SIGUSR2)  # git does not pass them on
_GRACE_SECONDS = 2.0


class Outcome(NamedTuple):
    """How the command ended; ``peak_memory`` is in bytes."""

    exit_code: int | None
    signal: str | None
    peak_memory: int
    ended: bool = False  # by us, with all that it had started

    @property
    def shell_code(self) -> int:
        """The exit status that a shell would report."""
        if self.signal is not None:
            return 128 + getattr(signal, self.signal, 0)
        return self.exit_code or 0


class Process:
    """A running command, and a watcher that ends it should we be killed."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        console: Console,
        mark: str,
        locks: Sequence[int],
    ) -> None:
        self.console = console
        self.mark = mark
        self.ending: float | None = None  # when we began to end it
        self.signalled: int | None = None
        self.over = False
        self.git_ended = False
        self.arrived: list[int] = []  # signals, to be looked at one by one
        self.wake, self._waker = os.pipe()
        for fd in (self.wake, self._waker):
            os.set_blocking(fd, False)
        self.witness, self.git = signals.Witness(), signals.GitParent()
        self.pid = _spawn(argv, env, console)
        self._lifeline = _watch(self.pid, mark, locks)
        console.started()
        signal.set_wakeup_fd(self._waker)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGWINCH, self._resize)
        for number in _FORWARDED:
            signal.signal(number, self._note)

    def wait(self, tick: float, on_tick: Callable[[], None]) -> Outcome:
        """Pass output on until the command ends; call ``on_tick`` about every ``tick`` seconds."""
        next_tick = time.monotonic() + tick
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                break
            self.console.pump(self.wake, tick, self.git.watched)
            while self.arrived:
                self._forward(self.arrived.pop(0))
            number = self.git.cause_of_end()
            if number is not None:
                self.git_ended = True
                if not any(self.witness.is_for_the_group(had) for had in {number, *_ENDING_GIT}):
                    self._pass_on(number)
            if time.monotonic() >= next_tick:
                on_tick()
                next_tick = time.monotonic() + tick
        if self.ending is not None:
            _end_all(self.pid, self.mark)
        self.over = True
        self.console.drain()
        self.console.close()
        with contextlib.suppress(BrokenPipeError):  # somebody has killed the watcher
            os.write(self._lifeline, b".")
        signal.set_wakeup_fd(-1)
        for handle in (self._lifeline, self.wake, self._waker):
            os.close(handle)
        self.witness.close()
        self.git.close()
        outcome = self._outcome(status, memory.peak_bytes(usage))
        return outcome._replace(ended=self.ending is not None)

    def end(self) -> None:
        """End the command and all that it started: politely, and two seconds later for good."""
        now = time.monotonic()
        if self.ending is None:
            self.ending = now
            _tell(_family(self.pid, self.mark), signal.SIGTERM)
        elif now > self.ending + _GRACE_SECONDS:
            _tell(_family(self.pid, self.mark), signal.SIGKILL)

    @property
    def stopped(self) -> bool:
        """Whether we were told to stop, and told it so."""
        return self.signalled in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def _outcome(self, status: int, peak: int) -> Outcome:
        if os.WIFSIGNALED(status):
            return Outcome(None, _name(os.WTERMSIG(status)), peak)
        code = os.WEXITSTATUS(status)
        if (
            self.signalled is not None and code == 128 + self.signalled
        ):  # a shell tells it like this
            return Outcome(code, _name(self.signalled), peak)
        return Outcome(code, None, peak)

    def _resize(self, number: int, frame: FrameType | None) -> None:
        """Pass the new size on, then tell the command, which looked at the old one when it was told."""
        self.console.resize()
        if self.over:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def _note(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; a handler may interrupt another one, so that the loop looks at it."""
        self.signalled = number
        self.arrived.append(number)

    def _forward(self, number: int) -> None:
        """Pass a signal on to the command, unless it has had it."""
        # The terminal sends Ctrl-C to the command as well; and to git, whose `git track` we may be and
        # which sends it to us a second time (run_command's clean_on_exit).
        if number == signal.SIGINT and _from_terminal():
            return
        try:
            in_our_group = os.getpgid(self.pid) == os.getpgrp()
        except ProcessLookupError:
            return
        if not (self.witness.is_for_the_group(number) and in_our_group):
            self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        """Send the command a signal that it has not had."""
        self.signalled = number
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def _from_terminal() -> bool:
    """Say whether we are what runs in the foreground of a terminal, where Ctrl-C reaches all."""
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _spawn(argv: Sequence[str], env: Mapping[str, str], console: Console) -> int:
    """Start the command; without a copy of us, which costs more the larger we are, where that works."""
    ends = enumerate((console.stdout, console.stderr), 1)
    actions = [(os.POSIX_SPAWN_DUP2, inner, number) for number, inner in ends]
    try:
        # Python ignores SIGPIPE; a command expects it.
        return os.posix_spawnp(
            argv[0], list(argv), dict(env), file_actions=actions, setsigdef=[signal.SIGPIPE]
        )
    except OSError:  # a script without `#!`, or something to be told on its stderr
        pid = os.fork()
    if pid == 0:
        _become(argv, env, console)
    return pid


def _become(argv: Sequence[str], env: Mapping[str, str], console: Console) -> NoReturn:
    """In the child: take stdout and stderr, and become the command."""
    try:
        out, err = console.stdout, console.stderr
        os.dup2(out, 1)
        os.dup2(err, 2)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it; a command expects it
        try:
            os.execvpe(argv[0], list(argv), dict(env))
        except OSError as error:  # a script without `#!` is for the shell, as in a shell
            if error.errno != errno.ENOEXEC:
                raise
            path = shutil.which(argv[0]) or argv[0]
            os.execve("/bin/sh", ["sh", path, *argv[1:]], dict(env))
    except OSError as error:
        told = (
            f"error: {argv[0]}: {error.strerror}\nhint: check that it can be run on this machine\n"
        )
        if error.errno == errno.ENOENT:  # it was there a moment ago: the launcher has looked
            told = f"error: the interpreter that {argv[0]} names is not there\nhint: correct its `#!` line\n"
        os.write(2, told.encode("utf-8", "surrogateescape"))
    finally:
        os._exit(127)


def _watch(pid: int, mark: str, locks: Sequence[int]) -> int:
    """Start the watcher; return the pipe end whose closing, without a word, tells it that we died.

    It holds the ``locks`` with us, such as the journal's: a run is alive until all that it started has ended.
    """
    ours, theirs = os.pipe()
    if os.fork():
        os.close(ours)
        return theirs
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        kept = [os.dup(handle) for handle in (*locks, ours)]  # upwards: none is in another's way
        for number, handle in enumerate(kept, 3):
            os.dup2(handle, number)
        reading = 2 + len(kept)
        os.closerange(reading + 1, 4096)
        if os.read(reading, 1) == b"":
            _end_all(pid, mark)
    finally:
        os._exit(0)


def _end_all(pid: int, mark: str) -> None:
    """End the command and all that it started: politely, and two seconds later for good."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _GRACE_SECONDS
        _tell(_family(pid, mark), number)
        while _family(pid, mark) and time.monotonic() < deadline:
            time.sleep(0.02)


def _tell(members: Sequence[int], number: int) -> None:
    for member in members:
        try:
            os.kill(member, number)
        except ProcessLookupError:
            continue


def _family(pid: int, mark: str) -> list[int]:
    """Return the living processes that carry ``mark`` in the environment they were started with."""
    found = []
    names = os.listdir("/proc") if os.path.isdir("/proc") else [str(pid)]
    for name in names:
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            inside = mark.encode() in Path(f"/proc/{name}/environ").read_bytes().split(b"\0")
        except OSError:
            inside = int(name) == pid and not os.path.isdir("/proc")
        if inside:
            found.append(int(name))
    return found
