"""The interface of an engine, which carries tasks to workers.  docs/engines.md has an example of 40 lines.

An engine is a `concurrent.futures.Executor` with a few words more.  Its workers call `run_task`, or run
``git-track __worker``, which is the same (`agent`).
"""

from __future__ import annotations

from concurrent import futures
from typing import Any, NamedTuple, Protocol

from gittrack.core.errors import TrackError
from gittrack.core.run import trials
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.engines.task import Task


class WorkerLost(Exception):
    """The worker of a task is gone, and the task with it; the text says how that is known."""


class LiveState(NamedTuple):
    """What a trial has now: facts, params and metrics of its run; and when its worker sent a message."""

    values: Mapping[str, Any]
    seen_at: float


class Withdrawn(Exception):
    """The task was taken back before it began."""


class Executor(Protocol):
    """Carries tasks to workers.

    An engine may have a method ``live`` more: it returns {mark of a running attempt: `LiveState`}, so that
    trials whose runs meet on a git remote are shown with their metrics while they go on.

    A report is what an agent sends: see `channel`.  If a worker is lost, the future has an exception, and the
    trial runs again as its next attempt.  A result that was delivered before counts in any case, so that an
    engine that runs a task twice does no harm.
    """

    @property
    def places(self) -> int:
        """How many tasks run at once, as far as that is known now."""

    def submit(self, task: Task) -> futures.Future[Mapping[str, Any]]:
        """Start a task somewhere; return the future of its report."""

    def wait(self, timeout: float) -> None:
        """Let at most so many seconds pass, fewer if a task ended; move messages meanwhile."""

    def end_running(self) -> None:
        """Ask all workers to end their trials: SIGTERM, and SIGKILL two seconds later."""

    def adopt(self, key: str) -> futures.Future[Mapping[str, Any]] | None:
        """Return the future of a trial that a worker still runs for an earlier process."""

    def where(self) -> Mapping[str, str]:
        """Return {mark of a running attempt: host}, as far as that is known."""

    def close(self) -> None:
        """Let the workers go."""


class EngineOptions(NamedTuple):
    """What the user asks of an engine.

    Attributes
    ----------
    name : str
        The name of the engine.
    jobs : int
        How many trials run at once; 0: as many as the engine thinks right.
    values : mapping
        Options of the engine, such as ``scheduler`` and ``hosts``.
    setup : str
        The content of the file of ``--setup``.
    meet : str
        ``shared``, ``remote``, or empty to find out.
    words : str
        The options as the user wrote them, for a hint.
    """

    name: str
    jobs: int = 0
    values: Mapping[str, Any] = {}
    setup: str = ""
    meet: str = ""
    words: str = ""


class Context(NamedTuple):
    """What an engine may use when it is made.

    Attributes
    ----------
    options : EngineOptions
        What the user asks for.
    sweep : str
        The id of the sweep, or of the run.
    folder : str
        A folder for files of the engine, such as the output of its jobs, below ``.git/gittrack``.
    warn : callable
        Prints a warning.
    """

    options: EngineOptions
    sweep: str
    folder: str
    warn: Callable[[str], None] = lambda text: None


Make = Callable[[Context], Executor]


def run_of_report(values: Mapping[str, Any] | None) -> RunInfo | None:
    """Return a run that does not count, as its worker reports it."""
    if not values:
        return None
    try:
        trial = trials.from_facts(values.get("sweep"))
    except ValueError as error:
        raise TrackError(
            f"a worker sent a wrong report: {error}", "install the same version"
        ) from error
    return RunInfo(
        str(values["id"]),
        str(values["experiment"]),
        str(values["status"]),
        commit=values.get("commit"),
        ref=values.get("ref"),
        exit_code=values.get("exit_code"),
        signal=values.get("signal"),
        sweep=trial,
    )
