"""Results of trials: the first one that is delivered counts, and its order is written into its run."""

import json
from pathlib import Path

import pytest
import run_values
from helpers import git, look

from gittrack import git as track_git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.sweeping import state
from gittrack.sweeping.delivery import results

SWEEP = "20260101-000000-aaaa1111"


@pytest.fixture
def repo(project):
    return track_git.find()


def attempt(repo, number, key="7"):
    """Record an attempt of a trial, as a worker does, and return its commit."""
    trial = {"id": SWEEP, "trial": key, "config": 7, "attempt": number, "known": 0}
    number = 10 * int(key) + number
    head = git(".", "rev-parse", "HEAD")
    more = {"sweep": trial, "group": SWEEP, "code": {"commit": head}}
    run_values.commit(repo, number, params={"x": 1}, metrics={"loss": 0.25}, **more)
    return git(".", "rev-parse", f"refs/runs/default/{run_values.run_id(number)}")


def test_of_two_attempts_the_first_one_that_is_delivered_counts(repo):
    first, second = attempt(repo, 1), attempt(repo, 2)
    assert results.deliver(repo, SWEEP, "7", second)
    assert not results.deliver(repo, SWEEP, "7", first)
    assert results.deliver(repo, SWEEP, "7", second)  # the same one again
    assert results.delivered(repo, SWEEP) == {"7": results.Delivery("7", second)}

    (run,) = results.take(repo, SWEEP, "default", [results.Delivery("7", second)], 4)
    assert (run.sweep.order, run.sweep.attempt, run.metrics["loss"].last) == (4, 2, 0.25)
    now = state.of_runs(state.runs(repo, SWEEP), "loss", ("x",), None)
    assert [(one.key, one.order, one.score) for one in now.outcomes] == [("7", 4, 0.25)]
    assert now.pending == ()  # the other attempt is there, and does not count


def test_the_run_with_its_order_is_a_run_like_any_other(repo):
    commit = attempt(repo, 1)
    results.deliver(repo, SWEEP, "7", commit)
    (run,) = results.take(repo, SWEEP, "default", [results.Delivery("7", commit)], 0)
    assert json.loads(look("show", run.id, "--json").out)["sweep"]["order"] == 0
    assert "sweep.order: 0" in git(".", "show", "-s", "--format=%B", run.ref)
    before, after = (git(".", "show", f"{oid}:run.yaml") for oid in (commit, run.ref))
    assert set(after.splitlines()) - set(before.splitlines()) == {"  order: 0"}
    assert git(".", "diff", "--name-only", commit, run.ref) == "run.yaml"
    assert git(".", "rev-parse", f"{commit}^@") == git(".", "rev-parse", f"{run.ref}^@")
    assert look("doctor").code == 0
    assert git(".", "fsck", "--strict", "--no-dangling") == ""


def test_taking_again_completes_what_a_kill_left(repo):
    deliveries = [results.Delivery(key, attempt(repo, 1, key)) for key in ("1", "2", "3")]
    for one in deliveries:
        results.deliver(repo, SWEEP, one.key, one.commit)
    once = results.take(repo, SWEEP, "default", deliveries, 0)
    assert results.take(repo, SWEEP, "default", deliveries, 0) == once
    assert results.take_waiting(repo, SWEEP, "default", ["1", "2", "3"], 3) == []
    packing = Path(repo.common_dir, "packed-refs.lock")
    packing.touch()  # as `git pack-refs` does, which every run may start in the background
    results.forget(repo, SWEEP)
    assert len(results.delivered(repo, SWEEP)) == 3
    packing.unlink()
    results.forget(repo, SWEEP)
    assert git(".", "for-each-ref", f"{layout.SWEEPS}results") == ""
    assert [run.sweep.order for run in state.runs(repo, SWEEP)] == [0, 1, 2]


def test_what_a_prune_removes_meanwhile_is_written_again(repo, monkeypatch):
    delivery = results.Delivery("7", attempt(repo, 1))
    move = results._move

    def with_prune(repo, moves):
        move(repo, moves)
        for name in (new := moves[0][2], f"{new}^{{tree}}", f"{new}:run.yaml"):
            oid = git(".", "rev-parse", name)
            lost.append(Path(repo.common_dir, "objects", oid[:2], oid[2:]))
        for path in lost:
            path.unlink()

    lost: list[Path] = []
    monkeypatch.setattr(results, "_move", with_prune)
    results.take(repo, SWEEP, "default", [delivery], 0)
    assert len(lost) == 3
    assert git(".", "fsck", "--strict", "--no-dangling") == ""


def test_what_is_not_a_run_of_the_trial_is_refused(repo):
    commit = attempt(repo, 1, key="8")
    for wrong in (commit, git(".", "rev-parse", "HEAD")):
        with pytest.raises(TrackError, match="is not a run of the trial 7"):
            results.take(repo, SWEEP, "default", [results.Delivery("7", wrong)], 0)


def test_a_run_that_arrives_from_elsewhere_gets_its_ref(repo):
    commit = attempt(repo, 1)
    results.deliver(repo, SWEEP, "7", commit)
    run_ref = git(".", "for-each-ref", "--format=%(refname)", "refs/runs")
    git(".", "update-ref", "-d", run_ref)
    (run,) = results.take_waiting(repo, SWEEP, "default", [], 0)
    assert (run.ref, run.sweep.order) == (run_ref, 0)
