"""Finish runs at the end of their process: at exit, on an exception, on a signal.

The hooks are installed with the first run that this process owns.  Earlier hooks and handlers are called as
before.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading

from gittrack.core.run import run_info
from gittrack.core.standard import signal
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.core.standard.types import FrameType, TracebackType
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.record.active import current, warning
from gittrack.record.ending import exit_code

if TYPE_CHECKING:
    from gittrack.record.run import Run

_SIGNALS = ("SIGTERM", "SIGHUP")
RECORDING = "GITTRACK_RECORDING"
_NO_EXIT_CODE = (
    "the script ended by SystemExit, whose code this Python version does not make known: the run "
    "is recorded as failed, without an exit code; end the script by sys.exit, or use "
    "'with gittrack.init(...)'"
)


def _unknown() -> None:
    """Return no exit code."""


class _ProcessEnd:
    """The live runs of this process, and how the process ends."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.inherited: list[Run] = []  # runs of the parent, if this process is a fork
        self.raised: str | None = None
        self.exit_watch: exit_code.ExitWatch | None = None
        self.installed = False
        self.forked = False
        self.above = os.environ.get(RECORDING)
        self.worker = 0  # the process id, if multiprocessing ends this process
        self.worker_code: Callable[[], int | None] = _unknown

    def install(self) -> None:
        self.install_in_worker()
        if self.installed:
            return
        self.installed = True
        atexit.register(self.at_exit)
        os.register_at_fork(after_in_child=self.in_child)
        self.hook = sys.excepthook
        sys.excepthook = self.on_exception
        self.exit_watch = exit_code.ExitWatch()

    def handle_signals(self) -> None:
        """Finish runs on a signal while there are live ones, and otherwise let it end the process at once.

        A handler in Python runs only when the interpreter goes on: a worker of a pool that waits for a lock
        may never get there, and its parent would wait for it for ever.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        recording = any(not run.disabled for run in _live(self.runs))
        usual = (signal.SIG_DFL, self.on_signal)
        before, after = usual if recording else usual[::-1]
        for name in _SIGNALS:
            number = getattr(signal, name)
            if signal.getsignal(number) == before:
                signal.signal(number, after)

    def install_in_worker(self) -> None:
        """Let multiprocessing finish the runs of a worker, which ends without `atexit`."""
        process = sys.modules.get("multiprocessing.process")
        if process is None or process.parent_process() is None or self.worker == os.getpid():
            return
        self.worker, self.worker_code = os.getpid(), exit_code.of_worker()
        finalize = sys.modules["multiprocessing.util"].Finalize
        finalize(None, self.at_worker_end, exitpriority=100)

    def at_worker_end(self) -> None:
        code = self.worker_code()
        for run in _live(self.runs):
            # Without a code, the exception that ends the worker is being handled now.
            run.finish() if code is None else run.finish(exit_code=code)

    def at_exit(self) -> None:
        if self.worker == os.getpid() and self.worker_code() is not None:
            self.at_worker_end()
        for run in _live(self.runs):
            run.finish(**self.end_facts())

    def end_facts(self) -> dict[str, Any]:
        """Return status, exit code and signal of the process, which are those of its runs."""
        if self.raised == "KeyboardInterrupt":
            return {"status": run_info.KILLED, "signal": "SIGINT"}
        if self.raised is not None:
            return {"status": run_info.FAILED, "exit_code": 1}
        if self.exit_watch is None or self.exit_watch.has_returned():
            return {"status": run_info.FINISHED, "exit_code": 0}
        code = self.exit_watch.requested_code
        if code is None:
            warning.warn([_NO_EXIT_CODE])
        return {"status": run_info.FINISHED if code == 0 else run_info.FAILED, "exit_code": code}

    def publish(self) -> None:
        """Name the lock of the latest live run in the environment of processes that start from now on.

        Signals are handled from now on if there is a live run.
        """
        self.handle_signals()
        recording = [run for run in _live(self.runs) if not run.disabled]
        if recording:
            os.environ[RECORDING] = str(recording[-1].live_lock)
        elif self.above is not None:
            os.environ[RECORDING] = self.above
        else:
            os.environ.pop(RECORDING, None)

    def in_child(self) -> None:
        self.above = os.environ.get(RECORDING)
        self.forked = self.forked or bool(_live(self.runs))
        self.inherited += [run for run in self.runs if not run.disabled]
        for run in self.runs:
            run.forget(self.reclaimed)
        self.runs.clear()
        self.handle_signals()

    def reclaimed(self, run: Run) -> None:
        """Own a run whose parent process has ended; this process is its daemon and ends it."""
        self.inherited.remove(run)
        self.runs.append(run)
        self.handle_signals()
        self.forked = bool(self.inherited)

    def on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> Any:
        self.raised = "KeyboardInterrupt" if issubclass(kind, KeyboardInterrupt) else kind.__name__
        return self.hook(kind, error, trace)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        name = signal.name_of(number)
        for run in _live(self.runs):
            run.finish(run_info.KILLED, signal=name)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


_PROCESS_END = _ProcessEnd()


def _live(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.status == run_info.RUNNING]


def watch(run: Run) -> None:
    """Finish ``run`` when this process ends, and name the run to child processes while it is live."""
    _PROCESS_END.runs[:] = [*_live(_PROCESS_END.runs), run]
    if not run.disabled:
        _PROCESS_END.install()
        run.at_end(_PROCESS_END.publish)
        _PROCESS_END.publish()


def has_returned() -> bool:
    """Return whether the program has ended, without an exception and without `sys.exit`."""
    watch = _PROCESS_END.exit_watch
    return _PROCESS_END.raised is None and watch is not None and watch.has_returned()


def recording_above() -> str | None:
    """Return the lock of the run that the parent process recorded when it started this process, if any."""
    return _PROCESS_END.above


def in_forked_child() -> bool:
    """Return whether this process is a fork whose parent records the run."""
    return _PROCESS_END.forked


def latest() -> Run | None:
    """Return the latest live run of this thread or task, otherwise the latest live run of the process.

    In a forked child it is the run of the parent process, which prints that it records nothing here.
    """
    live = _live(_PROCESS_END.runs) or _live(_PROCESS_END.inherited)[-1:]
    if len(live) < 2:
        return live[0] if live else None
    open_ids, owner = current.enclosing(), current.owner()
    belonging = [run for run in live if run.owner is owner or run.id in open_ids]
    return (belonging or live)[-1]


def enclosing() -> Run | None:
    """Return the live run of the innermost ``with`` block around the caller."""
    running = {run.id: run for run in _live(_PROCESS_END.runs)}
    return next((running[key] for key in reversed(current.enclosing()) if key in running), None)


def without_block() -> list[Run]:
    """Return the live runs of this thread or task that have no ``with`` block."""
    owner = current.owner()
    return [
        run
        for run in _live(_PROCESS_END.runs)
        if run.owner is owner and not run.entered and not run.disabled
    ]
