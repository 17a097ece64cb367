"""A trial whose process is gone while the sweep continues: killed, or out of memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.standard.collections import Mapping
from gittrack.disk import lock
from gittrack.record import dead_journals, journal, recovery
from gittrack.record.machine.author import author
from gittrack.sweeping import state
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job, TrialReport


def rescue(repo: git.Repo, supervisor: Supervisor, job: Job) -> TrialReport:
    """Commit the content of the trial's journal and return the report of the trial.

    If the trial is not to be tried again, its run gets an order, so that it counts.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    supervisor : Supervisor
        The process that runs the sweep.
    job : Job
        The job that the process had.
    """
    assert job.request.sweep is not None
    sweep_id = job.request.sweep["id"]
    config = git.parse_config(repo.config().output())
    try:
        for folder in _journals(repo, sweep_id, job):
            _publish(repo, supervisor, folder, job, config)
    except (TrackError, OSError) as error:
        return TrialReport(problem=(f"the run of trial {job.trial.key} is kept: {error}", ""))
    for info in reversed(state.runs(repo, sweep_id)):
        trial = info.sweep
        same = trial is not None and (trial.trial, trial.attempt) == (job.trial.key, job.attempt)
        if same and info.status != run_info.RUNNING:
            return TrialReport(info, tail="its process vanished")
    return TrialReport(
        problem=(f"the process of trial {job.trial.key} died before it recorded anything", "")
    )


def _journals(repo: git.Repo, sweep_id: str, job: Job) -> list[Path]:
    """Return the journals of a trial; meanwhile those of other runs may appear and vanish."""
    folders = []
    live = Path(layout.live_dir(repo.common_dir))
    for folder in live.iterdir() if live.is_dir() else ():
        if not layout.is_id(folder.name):
            continue
        try:
            facts = journal.read_state(folder).facts.get("sweep")
        except (FileNotFoundError, TrackError):
            continue
        if _is_of(facts, sweep_id, job):
            folders.append(folder)
    return folders


def _is_of(facts: Any, sweep_id: str, job: Job) -> bool:
    """Return whether a run with these facts is this attempt of this trial."""
    if not isinstance(facts, dict):
        return False
    attempt = (facts.get("id"), facts.get("trial"), facts.get("attempt"))
    return attempt == (sweep_id, job.trial.key, job.attempt)


def _publish(
    repo: git.Repo, supervisor: Supervisor, folder: Path, job: Job, config: Mapping[str, str]
) -> None:
    # The run's watcher holds the lock until all processes of the command have ended: seconds at most.
    os.close(lock.take(folder / layout.LOCK))
    orphan = dead_journals.adopt(folder)
    if orphan is None:  # another process recovers the journal right now
        return
    facts = orphan.state().facts
    more: dict[str, Any] = {}
    if job.final and facts["sweep"].get("order") is None:
        order = supervisor.take_order(job.mark)
        if order is not None:
            more = {"sweep": {**facts["sweep"], "order": order}}
    recovery.publish_dead(repo, orphan, author(config), settings.sign(config), more)
