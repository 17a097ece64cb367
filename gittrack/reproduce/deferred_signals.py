"""Ctrl-C and other signals leave nothing behind: they are deferred during set-up and clean-up."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def deferred() -> Iterator[None]:
    """Defer the signals that end a process; signals that came meanwhile arrive at the end.

    Processes that are started meanwhile defer them too, because a terminal sends Ctrl-C to git as well.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    except Stopped as error:
        signal.signal(error.number, signal.SIG_DFL)
        os.kill(os.getpid(), error.number)
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def delivered() -> Iterator[None]:
    """Within `deferred`: deliver signals as exceptions, so that the clean-up runs on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, _raise_stopped)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)


class Stopped(BaseException):
    """The signal ``number`` came, which ends the process."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)
