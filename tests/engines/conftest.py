"""A sweep whose trials are recorded by hand, in a repository with one commit, and a remote for it."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.engines import shared_repository
from gittrack.engines import task as tasks
from gittrack.engines.pool import EnginePool, SweepNames
from gittrack.record import session
from gittrack.search.plan import Trial
from gittrack.sweeping.delivery import results
from gittrack.sweeping.trial import Job

SWEEP = "20260101-000000-aaaa1111"


@pytest.fixture
def repo(project):
    return git.find()


@pytest.fixture
def url(project, scratch):
    """A bare repository as origin, to which runs may go."""
    url = str(scratch / "origin.git")
    run_git(".", "init", "-q", "--bare", url)
    run_git(".", "remote", "add", "origin", url)
    run_git(".", "config", "remote.origin.gittrackPush", url)
    return url


class Trials:
    """Makes jobs of a sweep, and runs of them, as workers do."""

    def __init__(self, repo):
        self.repo, self.number = repo, 0

    def job(self, key, attempt=1, *, final=True):
        request = session.RunRequest(sweep={"id": SWEEP})
        return Job(Trial(str(key), int(key), {"x": 1}), attempt, 0, final, request)

    def ran(self, job, *, delivered=True, artifacts=None, **sweep):
        """Record the run of a job; return the report of its worker."""
        self.number += 1
        trial = {"id": SWEEP, "trial": job.trial.key, "config": job.trial.config}
        trial = {**trial, "attempt": job.attempt, "known": 0, **sweep}
        raw = run_values.commit(
            self.repo, self.number, metrics={"loss": 1.0}, sweep=trial, artifacts=artifacts or {}
        )
        if delivered:
            results.deliver(self.repo, SWEEP, job.trial.key, raw.commit)
        run = {"id": raw.id, "experiment": "default", "status": "finished", "commit": raw.commit}
        return {"mark": job.mark, "run": {**run, "sweep": trial}, "host": "b", "warnings": []}

    def pool(self, *executors, **options):
        names, meeting = (
            SweepNames(SWEEP, "default"),
            shared_repository.SharedRepository(self.repo, SWEEP),
        )
        common = tasks.TaskBasis("c0ffee", tasks.Location("/p", "/p/.git", "token"))
        return EnginePool(self.repo, names, executors, meeting, common, 0, **options)


@pytest.fixture
def trials(repo):
    return Trials(repo)
