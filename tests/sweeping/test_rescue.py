"""sweeping/rescue: the run of a trial whose process vanished is committed, and counts if it must."""

from __future__ import annotations

import os
from typing import Any

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.core.run import events
from gittrack.record import journal, session
from gittrack.search.plan import Trial
from gittrack.sweeping import rescue
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job

SWEEP = "20260101-000000-0000000a"
FACTS = {"id": SWEEP, "trial": "7", "attempt": 2, "config": 7}


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    run_git(tmp_path, "init", "-q")
    return git.find()


@pytest.fixture
def supervisor(tmp_path) -> Supervisor:
    return Supervisor(tmp_path, os.getppid(), first_order=5)


def job(*, final: bool = False) -> Job:
    request = session.RunRequest(sweep=FACTS)
    return Job(Trial("7", 7, {"x": 1}), 2, 0, final=final, request=request)


def live(repo, **sweep: Any) -> journal.Journal:
    """Begin the run of a trial."""
    book = journal.create(repo.common_dir)
    values = {"format": 1, "id": book.id, "experiment": "e", "status": "running"}
    values |= {"started": "2026-03-01T00:00:00.000Z", "sweep": {**FACTS, **sweep}}
    book.append(events.START, values=values)
    return book


def dead(repo, **sweep: Any) -> journal.Journal:
    book = live(repo, **sweep)
    book.release()
    return book


@pytest.mark.parametrize(("final", "order"), [(False, None), (True, 5)])
def test_the_run_is_committed_and_counts_if_there_is_no_other_attempt(
    repo, supervisor, final, order
):
    book = dead(repo)
    report = rescue.rescue(repo, supervisor, job(final=final))
    assert report.problem is None
    assert report.tail == "its process vanished"
    assert (report.info.id, report.info.status) == (book.id, "crashed")
    assert report.info.sweep.order == order
    assert not book.folder.exists()


def test_an_order_that_the_run_had_already_stays(repo, supervisor):
    dead(repo, order=3)
    report = rescue.rescue(repo, supervisor, job(final=True))
    assert report.info.sweep.order == 3


def test_a_run_that_was_committed_before_its_process_vanished_is_reported(repo, supervisor):
    run_values.commit(repo, 1, sweep=FACTS)
    report = rescue.rescue(repo, supervisor, job())
    assert (report.info.id, report.info.status) == (run_values.run_id(1), "finished")


def test_the_latest_run_of_the_attempt_is_reported(repo, supervisor):
    run_values.commit(repo, 1, sweep=FACTS)
    run_values.commit(repo, 2, sweep=FACTS)
    assert rescue.rescue(repo, supervisor, job()).info.id == run_values.run_id(2)


@pytest.mark.parametrize(
    "other", [{"trial": "8"}, {"attempt": 1}, {"id": "20260101-000000-0000000b"}]
)
def test_the_runs_of_other_trials_are_left_alone(repo, supervisor, other):
    book = dead(repo, **other)
    report = rescue.rescue(repo, supervisor, job())
    assert report.problem == ("the process of trial 7 died before it recorded anything", "")
    assert book.folder.exists()


def test_journals_of_other_runs_may_be_damaged(repo, supervisor):
    dead(repo).events.path.write_bytes(b"garbage\n")
    book = dead(repo)
    assert rescue.rescue(repo, supervisor, job()).info.id == book.id


def test_a_run_that_cannot_be_committed_is_kept_and_named(repo, supervisor, monkeypatch):
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    book = dead(repo)
    monkeypatch.setattr(rescue.recovery, "publish_dead", fail)
    report = rescue.rescue(repo, supervisor, job())
    assert report.info is None
    assert report.problem[0].startswith("the run of trial 7 is kept: ")
    assert "No space left" in report.problem[0]
    assert book.folder.exists()


@pytest.mark.parametrize("facts", [None, "text", {}, {"id": SWEEP}, {"trial": "7", "attempt": 2}])
def test_something_else_is_not_the_run_of_a_trial(facts):
    assert not rescue._is_of(facts, SWEEP, job())
    assert rescue._is_of(FACTS, SWEEP, job())
