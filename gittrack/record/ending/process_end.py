"""A run that nobody finishes ends with its process: at exit, on an exception, on a signal.

Installed with the first run that this process owns.  What was there before (a hook, a handler) is
called as before.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

from gittrack.core.run import run_info
from gittrack.record.ending.exit_code import Leaving
from gittrack.record.run import Run

_log = logging.getLogger("gittrack")
_SIGNALS = ("SIGTERM", "SIGHUP")


class _Ending:
    """The runs of this process that are going on, and how the process is about to end."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.inherited: list[Run] = []  # by a fork: they are the parent's
        self.raised: str | None = None
        self.leaving: Leaving | None = None
        self.installed = False
        self.forked = False

    def install(self) -> None:
        if self.installed:
            return
        self.installed = True
        atexit.register(self.at_exit)
        os.register_at_fork(after_in_child=self.in_child)
        self.hook = sys.excepthook
        sys.excepthook = self.on_exception
        self.leaving = Leaving()
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name)
                if signal.getsignal(number) is signal.SIG_DFL:
                    signal.signal(number, self.on_signal)

    def at_exit(self) -> None:
        for run in _going_on(self.runs):
            run.finish(**self.how())

    def how(self) -> dict[str, Any]:
        """Return how the process is about to end: as the status, exit code and signal of its runs."""
        if self.raised == "KeyboardInterrupt":
            return {"status": run_info.KILLED, "signal": "SIGINT"}
        if self.raised is not None:
            return {"status": run_info.FAILED, "exit_code": 1}
        if self.leaving is None or self.leaving.returned():
            return {"status": run_info.FINISHED, "exit_code": 0}
        code = self.leaving.asked
        if code is None:
            _log.warning(
                "the script ended by SystemExit, whose code this Python tells nobody: the run is recorded as "
                "failed, without an exit code; end it by sys.exit, or use 'with gittrack.init(...)'"
            )
        return {"status": run_info.FINISHED if code == 0 else run_info.FAILED, "exit_code": code}

    def in_child(self) -> None:
        self.forked = self.forked or bool(self.runs)
        self.inherited = [*self.inherited, *self.runs]
        for run in self.runs:
            run.forget(self.reclaimed)
        self.runs.clear()

    def reclaimed(self, run: Run) -> None:
        """End a run with this process, a daemon: its parent has ended without it."""
        self.inherited.remove(run)
        self.runs.append(run)
        self.forked = bool(self.inherited)

    def on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> Any:
        self.raised = "KeyboardInterrupt" if issubclass(kind, KeyboardInterrupt) else kind.__name__
        return self.hook(kind, error, trace)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        for run in _going_on(self.runs):
            run.finish(run_info.KILLED, signal=name)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


_ENDING = _Ending()


def _going_on(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.status == run_info.RUNNING]


def watch(run: Run) -> None:
    """Have ``run`` finished when this process ends."""
    _ENDING.runs[:] = [*_going_on(_ENDING.runs), run]
    _ENDING.install()


def in_forked_child() -> bool:
    """Say whether the run of this process is its parent's, which alone records it."""
    return _ENDING.forked


def latest() -> Run | None:
    """Return the run that was started last in this process and is still going on."""
    going_on = _going_on(_ENDING.runs)
    if not going_on and _ENDING.inherited and _ENDING.inherited[-1].reclaim():
        going_on = _ENDING.runs
    return going_on[-1] if going_on else None
