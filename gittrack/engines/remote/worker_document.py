"""What a worker says over a git remote.  Whoever can push there can forge it, so each value is checked."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.engines.channel import UNREADABLE, Message
from gittrack.engines.executor import run_of_report
from gittrack.engines.remote.post import Document

_MOST_PLACES = 4096


class WorkerDocument(NamedTuple):
    """The content of a document.

    Attributes
    ----------
    hello : mapping
        What the agent said of itself; {} before it said anything.
    running : list of str
        The marks of the attempts that go on.
    live : mapping
        {mark: facts, params and metrics of the run}, of those.
    reports : list of (int, mapping)
        The reports of attempts that are over, with their numbers.
    session, seen : str, int
        The process of the sweep whose messages it read, and the number of the last one.
    has_left : bool
        Whether the worker has left.
    """

    hello: Message
    running: list[str]
    live: Message
    reports: list[tuple[int, Message]]
    session: str
    seen: int
    has_left: bool


def parse(document: Document) -> WorkerDocument:
    """Return the content of a document.  Raises one of `channel.UNREADABLE`."""
    return WorkerDocument(
        _hello(document.get("hello") or {}),
        [str(mark) for mark in document.get("running") or ()],
        {str(mark): dict(state) for mark, state in dict(document.get("live") or {}).items()},
        [(int(number), _report(report)) for number, report in document.get("reports") or ()],
        str(document.get("session") or ""),
        int(document.get("seen") or 0),
        bool(document.get("left")),
    )


def _hello(values: Message) -> Message:
    places = min(int(values.get("places") or 0), _MOST_PLACES)
    return {**values, "places": places, "process": dict(values.get("process") or {})}


def _report(values: Message) -> Message:
    """Return a report; one that is wrong is the report of a lost attempt, so that the trial runs again."""
    mark = str(values["mark"])
    try:
        return {**values, "mark": mark, **_checked(values)}
    except (*UNREADABLE, TrackError) as error:
        return {"mark": mark, "lost": f"its report cannot be read: {error}"}


def _checked(values: Message) -> dict[str, Any]:
    run = values.get("run") or None
    info = run_of_report(run)
    if info is not None and info.sweep is None:
        raise ValueError("its run is not a trial")
    problem = values.get("problem") or None
    if problem is not None:
        message, hint = problem
        problem = [str(message), str(hint)]
    warnings = [str(warning) for warning in values.get("warnings") or ()]
    return {"run": run, "problem": problem, "warnings": warnings}
