"""What a worker is asked to do: one trial as JSON, which names code and command by a commit.

No code of the user is in it.  A worker reads command, folder and params of the sweep from the commit, and
runs only commits that it was asked to trust.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.run import trials
from gittrack.core.standard.collections import Mapping
from gittrack.read.runs.reader import Raw
from gittrack.search.plan import Trial
from gittrack.sweeping.trial import Job

_TRIAL_FACTS = ("config", "rung", "bracket", "budget", "seed", "after")
PROTOCOL = 1  # of the messages between the process of a sweep and its workers


class Location(NamedTuple):
    """Where the runs of a sweep meet, as a worker looks for it.

    Attributes
    ----------
    folder : str
        The work tree of the process that runs the sweep, on a file system that the worker may share.
    common_dir : str
        Git's common directory of that repository.
    token : str
        What the working directory of the sweep has in its file ``token``: a worker that reads the same text
        there shares the file system.
    url : str
        The git remote, for workers that do not; empty if there is none.
    as_branches : bool
        Whether refs of gittrack are branches there.
    data : str
        The work tree on the machine of the worker that has what git ignores, such as data; empty if there is
        none.
    """

    folder: str
    common_dir: str
    token: str
    url: str = ""
    as_branches: bool = False
    data: str = ""


class Task(NamedTuple):
    """One attempt of one trial.

    Attributes
    ----------
    sweep, commit : str
        The id of the sweep, and its commit, which has code, command and params.
    location : Location
        Where the run goes.
    trial : Trial
        What the strategy proposed.
    attempt, known_outcomes : int
        The number of the attempt, and of the outcomes when the trial was proposed.
    final : bool
        Whether the trial counts however it ends.
    command : tuple of str
        Replaces the recorded command, which may hold a hidden secret.
    earlier : tuple of str or None
        (id, experiment, ref, commit) of the run that the trial continues from.
    setup : str
        Shell commands that are read before the trial begins: ``module load``, ``activate``.
    digests : mapping
        {path of an input: SHA-256} that the worker must have.
    gpus : float
        How many GPUs the engine was asked for; 0: none, or not known.
    """

    sweep: str
    commit: str
    location: Location
    trial: Trial
    attempt: int
    known_outcomes: int
    final: bool
    command: tuple[str, ...] = ()
    earlier: tuple[str, str, str, str] | None = None
    setup: str = ""
    digests: Mapping[str, str] = {}
    gpus: float = 0.0

    @property
    def mark(self) -> str:
        """The name of the attempt among those of the sweep."""
        return f"{self.trial.key} {self.attempt}"

    def to_json(self) -> str:
        """Return the task as one line of JSON."""
        values = {
            **self._asdict(),
            "location": self.location._asdict(),
            "trial": self.trial._asdict(),
        }
        return json.dumps({"protocol": PROTOCOL, **values})


def from_json(text: str) -> Task:
    """Return the task of a line of JSON, which may come from anywhere.

    Raises TrackError for one of another version, and one of `channel.UNREADABLE` if it is another text.
    """
    values: dict[str, Any] = json.loads(text)
    protocol = values.pop("protocol", None)
    if protocol != PROTOCOL:
        raise TrackError(
            f"the task is in the format {protocol}, and this gittrack reads {PROTOCOL}",
            "install the same version of gittrack on all machines",
        )
    values["location"] = Location(**values["location"])
    values["trial"] = Trial(**values["trial"])
    values["command"] = tuple(values["command"])
    values["earlier"] = tuple(values["earlier"]) if values["earlier"] else None
    task = Task(**values)
    numbers = {name: getattr(task.trial, name) for name in _TRIAL_FACTS}
    facts = {"attempt": task.attempt, "known": task.known_outcomes, **numbers}
    trials.from_facts({"id": task.sweep, "trial": task.trial.key, **facts})
    return task._replace(trial=task.trial._replace(params=dict(task.trial.params)))


class TaskBasis(NamedTuple):
    """What goes with every task of one process of a sweep: see `Task` for the attributes."""

    commit: str
    location: Location
    command: tuple[str, ...] = ()
    setup: str = ""
    digests: Mapping[str, str] = {}
    gpus: float = 0.0


def of_job(job: Job, common: TaskBasis) -> Task:
    """Return the task of a job."""
    assert job.request.sweep is not None
    raw = job.earlier
    earlier = None if raw is None else (raw.id, raw.experiment, str(raw.ref), str(raw.commit))
    return Task(
        job.request.sweep["id"],
        common.commit,
        common.location,
        job.trial,
        job.attempt,
        job.known_outcomes,
        job.final,
        common.command,
        earlier,
        common.setup,
        common.digests,
        common.gpus,
    )


def earlier_run(task: Task) -> Raw | None:
    """Return the run that a trial continues from."""
    return None if task.earlier is None else Raw(*task.earlier)
