"""A task is a line of JSON, and means the same at the worker."""

import json

import pytest

from gittrack.core.errors import TrackError
from gittrack.engines import task as tasks
from gittrack.read.runs.reader import Raw
from gittrack.record import session
from gittrack.search.plan import Trial
from gittrack.sweeping.trial import Job

PLACE = tasks.Location("/home/ann/project", "/home/ann/project/.git", "t0ken", "ssh://host/p.git")
TRIAL = Trial("7.r1", 7, {"lr": 0.1, "net": {"size": [1, 2]}}, rung=1, budget=9, after="7")


def test_a_task_comes_back_as_it_was():
    earlier = Raw("20260101-000000-aaaa0001", "default", "refs/runs/default/x", "c0ffee")
    request = session.RunRequest(sweep={"id": "20260101-000000-aaaa1111"})
    job = Job(TRIAL, 2, 5, True, request, earlier=earlier)
    common = tasks.TaskBasis("beef", PLACE, ("train", "--key", "secret"), "module load cuda\n")
    task = tasks.of_job(job, common)
    again = tasks.from_json(task.to_json())
    assert again == task
    assert "\n" not in task.to_json()
    assert (again.mark, again.trial, again.final) == (job.mark, TRIAL, True)
    assert tasks.earlier_run(again) == earlier


def test_a_task_of_another_version_is_refused():
    text = json.dumps({"protocol": 99})
    with pytest.raises(TrackError, match="format 99") as refused:
        tasks.from_json(text)
    assert "same version" in refused.value.hint
