"""Trials that go on at workers are shown here and on the remote, and leave nothing behind."""

import os
import re
import time

import pytest
from helpers import git, listed, look

from gittrack import git as track_git
from gittrack.engines.executor import LiveState
from gittrack.engines.remote import live_trials
from gittrack.engines.remote.live_trials import LiveTrials
from gittrack.share.transport import Route

SWEEP = "20260101-000000-aaaa1111"
RUN = "20260301-000000-00000007"


def state(loss, run_id=RUN, silent=0.0, **facts):
    trial = {"id": SWEEP, "trial": "7", "config": 7, "attempt": 1}
    values = {"format": 1, "id": run_id, "experiment": "default", "host": "gpu7", "sweep": trial}
    values = {**values, "started": "2026-03-01T00:00:00Z", **facts}
    metrics = {"loss": {"last": loss, "min": loss, "max": loss, "step": 1, "count": 1}}
    states = {"facts": values, "params": {"x": 1}, "metrics": metrics}
    return {"7 1": LiveState(states, time.monotonic() - silent)}


@pytest.fixture
def board(url):
    warnings = []
    board = LiveTrials(track_git.find(), Route("origin"), (SWEEP, "default"), warnings.append)
    board.warnings = warnings
    show = board.show

    def at_once(states):
        board.next_here = board.next_push = 0.0
        show(states)

    board.show = at_once
    return board


def loose():
    return int(git(".", "count-objects").split()[0])


def test_the_last_state_is_shown_and_the_ones_before_are_deleted(board, url, tmp_path):
    board.show(state(3.0))
    objects = loose()
    board.show(state(2.0, silent=30))
    board.show(state(1.5, silent=30))
    assert loose() == objects + 1  # a listing may still read the one before
    (run,) = listed()
    assert (run["status"], run["metrics"]["loss"]["last"]) == ("running", 1.5)
    shown = look("ls", "--sort", "-started").out
    assert re.search(r"running on gpu7, seen ([3-9]\d s|[1-9] min) ago", shown)
    git(".", "clone", "-q", url, str(tmp_path / "other"))
    os.chdir(tmp_path / "other")
    look("pull")
    assert "running on gpu7, seen" in look("ls", "--sort", "-started").out
    os.chdir(board.repo.work_tree)
    board.close()
    assert loose() <= objects
    assert git(url, "for-each-ref", "refs/live") == git(".", "for-each-ref", "refs/gittrack") == ""
    assert board.warnings == []


def test_what_a_worker_sends_is_checked(board, url):
    other = {"sweep": {"id": "20260101-000000-bbbb2222", "trial": "7", "config": 1}}
    for bad in (state(1.0, experiment="main"), state(1.0, "../../heads/main"), state(1.0, **other)):
        board.show(bad)
    board.show({"7 1": LiveState({"facts": [], "params": 1}, 0.0)})
    board.show(state("much"))
    assert git(".", "for-each-ref", "refs/gittrack", "refs/live") == ""
    assert git(url, "for-each-ref") == ""


def test_the_next_process_forgets_what_a_killed_one_showed(board, url):
    board.show(state(3.0))
    again = LiveTrials(board.repo, Route("origin"), (SWEEP, "default"), print)
    again.show({})
    assert git(url, "for-each-ref", "refs/live") == git(".", "for-each-ref", "refs/gittrack") == ""


def test_a_remote_that_is_down_ends_nothing(board, url):
    os.rename(url, f"{url}.away")
    board.show(state(3.0))
    assert len(listed()) == 1
    os.rename(f"{url}.away", url)
    board.show(state(3.0))
    assert git(url, "for-each-ref", "--format=%(refname)") == f"refs/live/default/{RUN}"


def test_a_worker_reads_the_journals_of_its_trials(project):
    from gittrack.record import session

    trial = {"id": SWEEP, "trial": "7", "config": 7, "attempt": 2}
    request = session.RunRequest(params={"x": 1}, sweep=trial)
    repo = track_git.find()
    session.begin(repo, request)
    reader = live_trials.JournalReader(repo.common_dir, SWEEP)
    states = reader.read(["7 2", "8 1"])
    assert [*states] == ["7 2"]
    assert (states["7 2"]["params"], states["7 2"]["facts"]["sweep"]) == ({"x": 1}, trial)
    reader.next_read = 0.0
    assert [*reader.read(["7 2"])] == ["7 2"]
    assert reader.read(["7 2"]) is None  # not so soon again
    assert live_trials.JournalReader(repo.common_dir, "other").read(["7 2"]) == {}
