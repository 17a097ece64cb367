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
from gittrack.record.active import current
from gittrack.record.ending.exit_code import Leaving
from gittrack.record.run import Run

_log = logging.getLogger("gittrack")
_SIGNALS = ("SIGTERM", "SIGHUP")
RECORDING = "GITTRACK_RECORDING"


class _Ending:
    """The runs of this process that are going on, and how the process is about to end."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.inherited: list[Run] = []  # by a fork: they are the parent's
        self.raised: str | None = None
        self.leaving: Leaving | None = None
        self.installed = False
        self.forked = False
        self.above = os.environ.get(RECORDING)
        self.worker = 0

    def install(self) -> None:
        self.install_in_worker()
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

    def install_in_worker(self) -> None:
        """Have multiprocessing finish the runs of a worker: it leaves without `atexit`."""
        process = sys.modules.get("multiprocessing.process")
        if process is None or process.parent_process() is None or self.worker == os.getpid():
            return
        self.worker = os.getpid()
        finalize = sys.modules["multiprocessing.util"].Finalize
        finalize(None, self.at_worker_end, exitpriority=100)

    def at_worker_end(self) -> None:
        for run in _going_on(self.runs):
            run.finish()  # an exception that ends the worker is being handled now

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

    def publish(self) -> None:
        """Let processes that are started from now on know the run that goes on here, if there is one."""
        recording = [run for run in _going_on(self.runs) if not run.disabled]
        if recording:
            os.environ[RECORDING] = str(recording[-1].live_lock)
        elif self.above is not None:
            os.environ[RECORDING] = self.above
        else:
            os.environ.pop(RECORDING, None)

    def in_child(self) -> None:
        self.above = os.environ.get(RECORDING)
        self.forked = self.forked or bool(_going_on(self.runs))
        self.inherited += [run for run in self.runs if not run.disabled]
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
    """Have ``run`` finished when this process ends, and tell child processes of it until then."""
    _ENDING.runs[:] = [*_going_on(_ENDING.runs), run]
    if not run.disabled:
        _ENDING.install()
        run.at_end(_ENDING.publish)
        _ENDING.publish()


def recording_above() -> str | None:
    """Return the lock of the run that a parent process recorded when it started this one, if it did."""
    return _ENDING.above


def in_forked_child() -> bool:
    """Say whether the run of this process is its parent's, which alone records it."""
    return _ENDING.forked


def latest() -> Run | None:
    """Return the run that was started last and is still going on: in this thread or task if there is one.

    A thread or task that began no run itself gets the latest of the process.
    """
    going_on = _going_on(_ENDING.runs)
    if not going_on and _ENDING.inherited and _ENDING.inherited[-1].reclaim():
        going_on = _ENDING.runs
    if len(going_on) < 2:
        return going_on[0] if going_on else None
    open_here, owner = current.enclosing(), current.owner()
    here = [run for run in going_on if run.owner is owner or run.id in open_here]
    return (here or going_on)[-1]


def enclosing() -> Run | None:
    """Return the run of the innermost ``with`` block around the caller that is still going on."""
    running = {run.id: run for run in _going_on(_ENDING.runs)}
    return next((running[key] for key in reversed(current.enclosing()) if key in running), None)


def without_block() -> list[Run]:
    """Return the runs of this thread or task that are going on and are in no ``with`` block."""
    owner = current.owner()
    return [
        run
        for run in _going_on(_ENDING.runs)
        if run.owner is owner and not run.entered and not run.disabled
    ]
