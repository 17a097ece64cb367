"""The process of the command: it never outlives the launcher, and how it ends is reported exactly."""

from __future__ import annotations

import errno
import os
import time

from gittrack.core.standard import contextlib, signal
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.types import FrameType
from gittrack.core.standard.typing import NamedTuple, NoReturn
from gittrack.disk.programs import which
from gittrack.launch import family, signals
from gittrack.launch.console import Console
from gittrack.record.machine import memory

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
_ENDING_GIT = (signal.SIGUSR1, signal.SIGUSR2)  # git does not pass them on


class CommandEnd(NamedTuple):
    """How the command ended; ``peak_memory`` is in bytes."""

    exit_code: int | None
    signal: str | None
    peak_memory: int
    ended: bool = False  # by the launcher, with every process that it started

    @property
    def shell_code(self) -> int:
        """The exit status that a shell would report."""
        if self.signal is not None:
            return 128 + getattr(signal, self.signal, 0)
        return self.exit_code or 0


class Process:
    """A running command, and a watcher process that ends the command if the launcher is killed.

    ``mark`` is a ``NAME=VALUE`` that only the command's processes have in their environment; ``locks``
    are descriptors that stay locked until all of these processes have ended.  ``enter`` is called in the
    process that becomes the command.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        console: Console,
        mark: str,
        locks: Sequence[int],
        enter: Callable[[], None] | None = None,
    ) -> None:
        self.console = console
        self.mark = mark
        self.ending: float | None = None  # when `end` was called first
        self.signalled: int | None = None
        self.over = False
        self.git_ended = False
        self.arrived: list[
            tuple[int, float]
        ] = []  # signals with times, handled one by one in `wait`
        self.wake, self._waker = os.pipe()
        for fd in (self.wake, self._waker):
            os.set_blocking(fd, False)
        self.witness, self.git = signals.Witness(), signals.GitParent()
        self.interrupts = signals.Interrupts()
        self.pid = _spawn(argv, env, console, enter)
        console.started()  # before the fork, so that the output ends with the command
        self._lifeline = family.watch(self.pid, mark, locks)
        signal.set_wakeup_fd(self._waker)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGWINCH, self._resize)
        for number in _FORWARDED:
            signal.signal(number, self._note)

    def wait(self, tick: float, on_tick: Callable[[], None]) -> CommandEnd:
        """Copy output until the command ends; call ``on_tick`` about every ``tick`` seconds."""
        next_tick = time.monotonic() + tick
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                break
            self.console.pump(self.wake, tick, self.git.watched)
            while self.arrived:
                self._take(*self.arrived.pop(0))
            number = self.git.cause_of_end()
            if number is not None:
                self.git_ended = True
                if not any(self.witness.is_for_the_group(n) for n in {number, *_ENDING_GIT}):
                    self._pass_on(number)
            if time.monotonic() >= next_tick:
                on_tick()
                next_tick = time.monotonic() + tick
        if self.ending is not None:
            family.end_all(self.pid, self.mark)
        self.over = True
        self.console.drain()
        self.console.close()
        with contextlib.suppress(BrokenPipeError):  # the watcher was killed
            os.write(self._lifeline, b".")
        signal.set_wakeup_fd(-1)
        for handle in (self._lifeline, self.wake, self._waker):
            os.close(handle)
        self.witness.close()
        self.git.close()
        outcome = self._outcome(status, memory.peak_bytes(usage))
        return outcome._replace(ended=self.ending is not None)

    def end(self) -> None:
        """End the command and every process that it started: SIGTERM, and SIGKILL two seconds later."""
        now = time.monotonic()
        if self.ending is None:
            self.ending = now
            self._send_all(signal.SIGTERM)
        elif now > self.ending + family.GRACE_SECONDS:
            self._send_all(signal.SIGKILL)

    def _send_all(self, number: int) -> None:
        """Send a signal to the command, also if it has no mark, and to every process that it started."""
        members = family.members(self.pid, self.mark)
        family.send(list(dict.fromkeys([self.pid, *members])), number)

    @property
    def stopped(self) -> bool:
        """Whether a signal asked the launcher to stop, and was passed on."""
        return self.signalled in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def _outcome(self, status: int, peak: int) -> CommandEnd:
        if os.WIFSIGNALED(status):
            return CommandEnd(None, signal.name_of(os.WTERMSIG(status)), peak)
        code = os.WEXITSTATUS(status)
        if (
            self.signalled is not None and code == 128 + self.signalled
        ):  # how a shell reports a signal
            return CommandEnd(code, signal.name_of(self.signalled), peak)
        return CommandEnd(code, None, peak)

    def _resize(self, number: int, frame: FrameType | None) -> None:
        """Set the new size, then signal the command: it may have read the old size at its own signal."""
        self.console.resize()
        if self.over:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def _note(self, number: int, frame: FrameType | None) -> None:
        """Note a signal for the loop, because a handler can interrupt another handler."""
        self.signalled = number
        self.arrived.append((number, time.monotonic()))

    def _take(self, number: int, moment: float) -> None:
        """Pass a signal on; end the command at once if it is a second Ctrl-C."""
        if number == signal.SIGINT and self.interrupts.is_second(moment):
            self.ending = self.ending or moment
            self._send_all(signal.SIGKILL)
        else:
            self._forward(number)

    def _forward(self, number: int) -> None:
        """Pass a signal on to the command, unless the command has received it."""
        # The terminal sends Ctrl-C to the command as well.  It also sends it to git, which repeats it to
        # its `git track` (run_command's clean_on_exit).
        if number == signal.SIGINT and _from_terminal():
            return
        try:
            in_our_group = os.getpgid(self.pid) == os.getpgrp()
        except ProcessLookupError:
            return
        if not (self.witness.is_for_the_group(number) and in_our_group):
            self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        """Send the command a signal that it has not received."""
        self.signalled = number
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return


def _from_terminal() -> bool:
    """Return whether this process group is in the foreground of a terminal: Ctrl-C reaches all of it."""
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _spawn(
    argv: Sequence[str],
    env: Mapping[str, str],
    console: Console,
    enter: Callable[[], None] | None,
) -> int:
    """Start the command with posix_spawn, which copies no memory; with fork and exec if that fails."""
    if enter is not None:
        pid = os.fork()
        if pid == 0:
            _become(argv, env, console, enter)
        return pid
    ends = enumerate((console.stdout, console.stderr), 1)
    actions = [(os.POSIX_SPAWN_DUP2, inner, number) for number, inner in ends]
    try:
        # Python ignores SIGPIPE; a command expects it.
        return os.posix_spawnp(
            argv[0], list(argv), dict(env), file_actions=actions, setsigdef=[signal.SIGPIPE]
        )
    except OSError:  # a script without `#!`, or an error to print on its stderr
        pid = os.fork()
    if pid == 0:
        _become(argv, env, console)
    return pid


def _become(
    argv: Sequence[str],
    env: Mapping[str, str],
    console: Console,
    enter: Callable[[], None] | None = None,
) -> NoReturn:
    """In the child: take stdout and stderr, and become the command."""
    try:
        out, err = console.stdout, console.stderr
        os.dup2(out, 1)
        os.dup2(err, 2)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it; a command expects it
        if enter is not None:
            enter()
        try:
            os.execvpe(argv[0], list(argv), dict(env))
        except OSError as error:  # a script without `#!` is for the shell, as in a shell
            if error.errno != errno.ENOEXEC:
                raise
            path = which(argv[0]) or argv[0]
            os.execve("/bin/sh", ["sh", path, *argv[1:]], dict(env))
    except OSError as error:
        message = (
            f"error: {argv[0]}: {error.strerror}\nhint: check that it can be run on this machine\n"
        )
        if error.errno == errno.ENOENT:  # `check_command` found the file itself
            message = (
                f"error: the interpreter that {argv[0]} names does not exist\n"
                "hint: correct its `#!` line\n"
            )
        os.write(2, message.encode("utf-8", "surrogateescape"))
    finally:
        os._exit(127)
