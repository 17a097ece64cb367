"""Runs that meet on a git remote: one result for each trial, one process of the sweep, other clones."""

import json
import os
from pathlib import Path

import pytest
import run_values
from helpers import git, look, run_cli

from gittrack import git as track_git
from gittrack.core.errors import TrackError
from gittrack.engines import remote_repository, shared_repository
from gittrack.git import temporary_worktree
from gittrack.read.runs import reader
from gittrack.sweeping import state, stored
from gittrack.sweeping.delivery import results
from gittrack.sweeping.delivery.results import Delivery

SWEEP = "20260101-000000-aaaa1111"
FACTS = {
    **{"method": "grid", "metric": "loss", "goal": "minimize", "experiment": "default"},
    **{"created": "2026-01-01T00:00:00Z", "command": ["true"], "params": {"x": 1}},
}


@pytest.fixture
def sweep(url, scratch):
    repo = track_git.find()
    code = stored.capture_code(repo, scratch / "code")
    return stored.create(repo, SWEEP, code, b"method: grid\n", FACTS)


def attempt(repo, number, key="0"):
    trial = {"id": SWEEP, "trial": key, "config": 0, "attempt": number}
    raw = run_values.commit(repo, 10 * int(key) + number, metrics={"loss": 1.0}, sweep=trial)
    return reader.decode(repo, raw)


def side(repo=None):
    return remote_repository.RemoteSweep(repo or track_git.find(), SWEEP, "default", warn=print)


def test_workers_clone_run_and_deliver_once(sweep, url, scratch, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(scratch / "cache"))
    one = side()
    location = one.location(shared_repository.open_to_workers(track_git.find(), SWEEP))
    assert (location.url, location.token) == (url, "")
    clone = remote_repository.clone(location, SWEEP, sweep.commit)
    killed = temporary_worktree.make(clone, sweep.commit)
    os.close(killed.handle)  # as if a trial was killed with its worker
    assert remote_repository.clone(location, SWEEP, sweep.commit) == clone  # made once
    assert not os.path.exists(killed.home)
    assert git(clone.git_dir, "show", f"{sweep.commit}:sweep.yaml") == "method: grid"
    worker = remote_repository.RemoteWorker(clone, location, SWEEP)
    first, second = attempt(clone, 1), attempt(clone, 2)
    assert one.fetch(["0", "1"]) == {}
    assert worker.deliver(second, counts=True)
    assert not worker.deliver(first, counts=True)
    assert worker.deliver(second, counts=True)
    assert one.fetch(["0", "1"]) == {"0": Delivery("0", second.commit)}
    taken = results.take(track_git.find(), SWEEP, "default", [Delivery("0", second.commit)], 0)
    one.publish(taken)
    assert git(url, "rev-parse", taken[0].ref) == taken[0].commit
    worker.bring(taken[0].ref, taken[0].commit)  # for a trial that continues from it
    assert git(clone.git_dir, "rev-parse", taken[0].ref) == taken[0].commit
    with pytest.raises(TrackError, match="is not on the remote"):
        worker.bring("refs/runs/default/none", "c0ffee" * 6 + "beef")
    one.close(done=True)
    assert git(url, "for-each-ref", "refs/sweeps/results") == ""


def test_an_attempt_that_was_ended_from_outside_is_brought(sweep, url, scratch, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(scratch / "cache"))
    one = side()
    location = one.location(shared_repository.open_to_workers(track_git.find(), SWEEP))
    clone = remote_repository.clone(location, SWEEP, sweep.commit)
    worker = remote_repository.RemoteWorker(clone, location, SWEEP)
    trial = {"id": SWEEP, "trial": "3", "config": 3, "interrupted": True}
    raw = run_values.commit(clone, 1, sweep=trial, status="killed", artifacts={"model.pt": b"abc"})
    assert one.interrupted("3") == []
    assert worker.deliver(reader.decode(clone, raw), counts=False)
    (info,) = one.interrupted("3")
    assert info.commit == git(".", "rev-parse", info.ref) == raw.commit
    assert state.with_artifacts(track_git.find(), [info]) == [info]
    one.close(done=True)
    assert git(url, "for-each-ref", "refs/sweeps/attempts") == ""


def test_a_second_process_takes_over_and_the_first_one_stops(sweep, url, scratch):
    first = side()
    git(".", "clone", "-q", url, str(scratch / "other"))
    other = track_git.find(scratch / "other")
    git(other.git_dir, "fetch", "-q", "origin", "refs/sweeps/*:refs/sweeps/*")
    git(other.git_dir, "config", "remote.origin.gittrackPush", url)
    second = side(other)
    run = attempt(track_git.find(), 1)
    with pytest.raises(TrackError, match="another process runs the sweep"):
        first.publish([run])
    assert git(url, "for-each-ref", "refs/runs") == ""
    second.publish([attempt(other, 1)])
    assert git(url, "for-each-ref", "refs/runs").count("\n") == 0


def test_a_remote_that_is_down_is_tried_again(sweep, url):
    one, run = side(), attempt(track_git.find(), 1)
    warnings = []

    def repair(text):
        warnings.append(text)
        os.rename(f"{url}.away", url)

    os.rename(url, f"{url}.away")
    one.warn = repair
    one.publish([run])
    assert git(url, "rev-parse", run.ref) == run.commit
    assert len(warnings) == 1
    assert "cannot be reached" in warnings[0]


def test_nobody_agreed_yet(sweep):
    git(".", "config", "--unset", "remote.origin.gittrackPush")
    with pytest.raises(TrackError, match="nobody agreed yet that runs go to") as refused:
        side()
    assert "git track push" in refused.value.hint


@pytest.mark.slow
def test_a_sweep_whose_runs_meet_on_a_remote(url, scratch, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(scratch / "cache"))
    Path("empty.yaml").write_text("{}\n")
    words = ("sweep", "-p", "empty.yaml", "-S", "x=2,1", "-m", "loss", "--min", "-j", "2")
    trial = 'echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS"; test -f train.py'
    engine = ("--engine", "local-processes", "--meet", "remote")
    done = run_cli(*words, *engine, "--", "sh", "-ec", trial, "sh", "{args}")
    assert done.code == 0, done.out + done.err
    assert "runs meet on the git remote origin" in done.err
    git(".", "clone", "-q", url, str(scratch / "other"))
    git(
        scratch / "other",
        "fetch",
        "-q",
        "origin",
        "refs/sweeps/*:refs/sweeps/*",
        "refs/runs/*:refs/runs/*",
    )
    monkeypatch.chdir(scratch / "other")
    shown = json.loads(look("sweep", "show", "@", "--json").out)
    assert (shown["state"], shown["best"]) == ("done", "1")
    assert sorted(trial["order"] for trial in shown["trials"]) == [0, 1]
