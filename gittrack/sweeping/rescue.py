"""A trial whose process vanished while the sweep goes on: killed, or out of memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.disk import lock
from gittrack.record import journal, recovery
from gittrack.record.machine.author import author
from gittrack.sweeping import state
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job, Report


def rescue(repo: git.Repo, supervisor: Supervisor, job: Job) -> Report:
    """Commit what the trial's journal holds and return what came of it.

    If the trial is not to be tried again, its run gets an order, so that it counts.
    """
    assert job.request.sweep is not None
    sweep_id = job.request.sweep["id"]
    config = git.parse_config(repo.config().output())
    try:
        for folder in _journals(repo, sweep_id, job):
            _publish(repo, supervisor, folder, job, config)
    except (TrackError, OSError) as error:
        return Report(problem=(f"the run of trial {job.trial.key} is kept: {error}", ""))
    for info in reversed(state.runs(repo, sweep_id)):
        one = info.sweep
        same = one is not None and (one.trial, one.attempt) == (job.trial.key, job.attempt)
        if same and info.status != run_info.RUNNING:
            return Report(info, tail="its process vanished")
    return Report(
        problem=(f"the process of trial {job.trial.key} died before it recorded anything", "")
    )


def _is_of(told: Any, sweep_id: str, job: Job) -> bool:
    if not isinstance(told, dict):
        return False
    asked = (sweep_id, job.trial.key, job.attempt)
    return (told.get("id"), told.get("trial"), told.get("attempt")) == asked


def _journals(repo: git.Repo, sweep_id: str, job: Job) -> list[Path]:
    """Return the journals of a trial; those of others come and go meanwhile."""
    found = []
    for folder in Path(layout.live_dir(repo.common_dir)).iterdir():
        try:
            told = journal.read_state(folder).facts.get("sweep") if layout.is_id(folder.name) else 0
        except (FileNotFoundError, TrackError):
            continue
        if _is_of(told, sweep_id, job):
            found.append(folder)
    return found


def _publish(
    repo: git.Repo, supervisor: Supervisor, folder: Path, job: Job, config: Mapping[str, str]
) -> None:
    # Its watcher holds the lock until all that the command started has ended: seconds at most.
    os.close(lock.take(folder / layout.LOCK))
    book = journal.adopt(folder)
    if book is None:  # somebody else recovers it just now
        return
    facts = book.state().facts
    more: dict[str, Any] = {}
    if job.final and facts["sweep"].get("order") is None:
        order = supervisor.take_order(job.mark)
        more = {"sweep": {**facts["sweep"], "order": order}}
    recovery.publish_dead(repo, book, author(config), settings.sign(config), more)
