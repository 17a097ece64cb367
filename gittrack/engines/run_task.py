"""The function that workers of an engine call, such as those of Dask or Ray: run one task, return its report.

It may be called in any thread.  Each call has an agent, a process that forks the launcher of the trial.
Agents are used again, so that no interpreter starts for a trial.
"""

from __future__ import annotations

import select
import sys
from typing import Any

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.engines.executor import WorkerLost
from gittrack.engines.links import Link, ProcessLink

_BEAT_SECONDS = 5.0
Beat = Callable[[str, Mapping[str, Any]], object]
_idle: list[Link] = []  # of this process; `list.pop` and `append` are atomic
_busy: list[Link] = []


def run_task(text: str, beat: Beat = lambda host, message: None) -> Mapping[str, Any]:
    """Run a task to its end and return its report.

    Parameters
    ----------
    text : str
        The task: `Task.to_json`.
    beat : callable, optional
        Called every few seconds with the name of this host and the message of the agent, which shows that
        the task is running, and may have the metrics of its run: ``message["live"][mark]``.

    Raises
    ------
    WorkerLost
        If the agent died.
    """
    try:
        link = _idle.pop()
    except IndexError:
        link = ProcessLink([sys.executable, "-m", "gittrack", "__worker", "1"], "this machine", 1)
    _busy.append(link)
    try:
        report = _run(link, text, beat)
    finally:
        _busy.remove(link)
        if link.is_open:
            _idle.append(link)
        else:
            link.close()
    return report


def _run(link: Link, text: str, beat: Beat) -> Mapping[str, Any]:
    try:
        link.channel.send({"task": text})
    except OSError as error:
        raise WorkerLost(link.reason()) from error
    while link.is_open:
        select.select(link.channel.handles, [], [], _BEAT_SECONDS)
        for message in link.receive():
            if "report" in message:
                report: Mapping[str, Any] = message["report"]
                return report
            if "problem" in message:
                return {"problem": message["problem"]}
            beat(link.name, message)
    raise WorkerLost(link.reason())


def end_all() -> None:
    """End the trials that run in this process: SIGTERM, and SIGKILL two seconds later."""
    for link in list(_busy):
        with contextlib.suppress(OSError):
            link.channel.send({"end": True})
