"""Which signals the command has already received, and how the git that started the launcher ended.

``timeout``, ``srun`` and a terminal send a signal to a whole process group: then the command has received
it too, and the launcher must not send it again.  A signal to the launcher alone is passed on.
"""

from __future__ import annotations

import os
import select
import time

from gittrack.core.standard import signal
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.pathlib import Path

_SAME_SECONDS = 1.0  # git and `timeout` repeat at once what they sent to the group
_POSTED_SECONDS = 0.01  # the kernel posts a signal to a group member by member
_ANSWER_SECONDS = 1.0
_REPEAT_SECONDS = 0.3  # git passes Ctrl-C on to its `git track` at once


class Witness:
    """A process of the group that blocks all signals: those pending there came to the whole group."""

    def __init__(self) -> None:
        self._group_signals: dict[int, float] = {}
        theirs_in, self._requests = os.pipe()
        self._answers, theirs_out = os.pipe()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _testify(theirs_in, theirs_out)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(theirs_in)
        os.close(theirs_out)

    def is_for_the_group(self, number: int) -> bool:
        """Return whether a signal came to the whole process group, now or in the last second."""
        now = time.monotonic()
        if self._has_seen(number):
            self._group_signals[number] = now
            return True
        return now < self._group_signals.get(number, -_SAME_SECONDS) + _SAME_SECONDS

    def close(self) -> None:
        """End the process."""
        os.close(self._requests)
        os.close(self._answers)
        try:
            os.waitpid(self.pid, 0)
        except ChildProcessError:
            return

    def _has_seen(self, number: int) -> bool:
        if self._ask(number):
            return True
        time.sleep(_POSTED_SECONDS)
        return self._ask(number)

    def _ask(self, number: int) -> bool:
        try:
            os.write(self._requests, bytes([number]))
            ready, _, _ = select.select([self._answers], [], [], _ANSWER_SECONDS)
            return bool(ready) and os.read(self._answers, 1) == b"y"
        except OSError:  # the process was killed: every signal is passed on
            return False


def _testify(requests: int, answers: int) -> None:
    """In the child: answer for each number that is read whether that signal is pending; never return."""
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        copies = [os.dup(handle) for handle in (requests, answers)]
        for number, handle in enumerate(copies, 3):
            os.dup2(handle, number)
        os.closerange(5, 4096)
        while request := os.read(3, 1):
            pending = request[0] in signal.sigpending()
            if pending:
                signal.sigwait({request[0]})
            os.write(4, b"y" if pending else b"n")
    finally:
        os._exit(0)


class GitParent:
    """The ``git`` of ``git track run``: some signals end it, and it does not pass them on."""

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.handle: int | None = None
        try:
            is_git = Path(f"/proc/{self.pid}/comm").read_text() == "git\n"
            self.handle = os.pidfd_open(self.pid) if is_git else None
        except (OSError, AttributeError):  # not Linux, or an old kernel: git is not watched
            return

    @property
    def watched(self) -> Sequence[int]:
        """The descriptor that can be read when git has ended, if git is watched."""
        return () if self.handle is None else (self.handle,)

    def cause_of_end(self) -> int | None:
        """Return the signal to pass on, once git has ended: its own if that is known, else SIGTERM."""
        if self.handle is None or not select.select([self.handle], [], [], 0)[0]:
            return None
        self.close()
        try:
            status = int(Path(f"/proc/{self.pid}/stat").read_text().rpartition(" ")[2])
        except (OSError, ValueError):  # the parent of git has collected its status already
            return signal.SIGTERM
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else signal.SIGTERM
        return signal.SIGTERM if number == signal.SIGKILL else number

    def close(self) -> None:
        """Stop watching."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


class Interrupts:
    """Tells a second Ctrl-C of the user from the first one, which git passes on to its `git track`."""

    def __init__(self) -> None:
        self._first: float | None = None

    def is_second(self, moment: float) -> bool:
        """Note a SIGINT that came at a moment, in seconds; return whether the user sent one before."""
        if self._first is None:
            self._first = moment
        return moment > self._first + _REPEAT_SECONDS
