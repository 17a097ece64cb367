"""The state of a sweep is what its runs say: outcomes, and trials to run again."""

import math

import pytest
import run_values
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.series import Metric
from gittrack.core.run.trials import TrialFacts
from gittrack.read.runs import reader
from gittrack.sweeping import state


def run(key, order=None, *, id=None, status="finished", loss=1.0, params=None, **facts):
    metrics = {} if loss is None else {"loss": Metric(loss, 0.5, 9.0, 0, 1)}
    facts = {"config": int(key.partition(".")[0]), **facts}
    trial = TrialFacts("s", key, order=order, **facts)
    params = {"x": facts["config"]} if params is None else params
    return RunInfo(id or f"run{key}", "e", status, metrics=metrics, params=params, sweep=trial)


def of(*runs, metric="loss", names=("x",), resource=None):
    return state.of_runs(runs, metric, names, resource)


def test_a_run_with_an_order_is_the_outcome_of_its_trial():
    found = of(run("1", 1, loss=2.0), run("0", 0, loss=math.nan))
    assert [(o.key, o.order, o.status) for o in found.outcomes] == [
        ("0", 0, "finished"),
        ("1", 1, "finished"),
    ]
    assert found.outcomes[1].score == 2.0
    assert found.outcomes[1].params == {"x": 1}
    assert found.pending == ()
    assert found.runs["1"].id == "run1"
    assert found.next_order == 2


def test_without_runs_there_is_nothing():
    assert of() == state.SweepState()
    assert of().next_order == 0


def test_a_run_without_an_order_is_a_trial_to_run_again():
    found = of(run("0", 0), run("1", status="crashed", params={"x": 0.25}, known=1, seed=7))
    (pending,) = found.pending
    assert (pending.trial.key, pending.trial.params) == ("1", {"x": 0.25})
    assert (pending.trial.seed, pending.known_outcomes, pending.attempt) == (7, 1, 1)


def test_a_trial_that_counted_after_an_interrupted_attempt_is_not_run_again():
    found = of(run("0", id="a", status="killed", interrupted=True), run("0", 0, id="b", attempt=2))
    assert (len(found.outcomes), found.pending) == (1, ())


@pytest.mark.parametrize(
    ("status", "interrupted", "attempt"),
    [("failed", False, 2), ("killed", False, 2), ("killed", True, 1), ("crashed", False, 1)],
)
def test_only_a_failure_uses_up_an_attempt(status, interrupted, attempt):
    found = of(run("0", status=status, interrupted=interrupted))
    assert found.pending[0].attempt == attempt


def test_the_last_run_of_a_trial_decides_its_params():
    found = of(
        run("0", id="a", status="failed", params={"x": 1}),
        run("0", id="b", status="failed", params={"x": 2}),
    )
    assert found.pending[0].trial.params == {"x": 2}
    assert found.pending[0].attempt == 3


def test_the_resource_is_among_the_params_of_a_trial_to_run_again():
    found = of(run("0.r1", status="crashed", rung=1, budget=9), resource="epochs")
    assert found.pending[0].trial.params == {"x": 0, "epochs": 9}
    assert found.pending[0].trial.budget == 9


def test_of_two_clones_that_ran_one_trial_the_first_to_end_counts():
    found = of(run("0", 4, id="later"), run("0", 2, id="earlier"))
    assert [outcome.order for outcome in found.outcomes] == [2]
    assert found.runs["0"].id == "earlier"


@given(st.permutations([run("0", 2), run("1", 0), run("2", status="crashed"), run("3", 1)]))
def test_the_order_in_which_runs_are_read_makes_no_difference(runs):
    found = of(*runs)
    assert [outcome.key for outcome in found.outcomes] == ["1", "3", "0"]
    assert [pending.trial.key for pending in found.pending] == ["2"]


@pytest.mark.parametrize(
    ("metric", "score"),
    [
        ("loss", 2.0),
        ("loss.min", 0.5),
        ("loss.max", 9.0),
        ("loss.mean", None),
        ("acc", None),
        (None, None),
    ],
)
def test_the_score_is_the_last_value_or_another_part_of_the_metric(metric, score):
    assert state.score(run("0", 0, loss=2.0), metric) == score


def test_a_failed_run_has_no_score():
    assert state.score(run("0", 0, status="failed"), "loss") is None
    assert state.score(run("0", status="running"), "loss") == 1.0


def test_a_trial_that_stopped_early_is_not_merely_finished():
    assert state.status(run("0", 0, stopped=3.0)) == "stopped"
    assert state.status(run("0", 0, status="failed", stopped=3.0)) == "failed"


def test_values_are_looked_up_by_dotted_names():
    params = {"model": {"lr": 0.1}, "a.b": 2}
    assert state.value_at(params, "model.lr") == 0.1
    assert state.value_at(params, "model") == {"lr": 0.1}
    assert state.value_at(params, "model.x") is None


def test_a_trial_to_run_again_continues_from_its_last_attempt_with_artifacts(empty_repo):
    def attempt(number, status="killed", artifacts=(), key="0"):
        sweep = {"id": "s", "trial": key, "config": int(key)}
        contents = dict.fromkeys(artifacts, b"weights")
        raw = run_values.commit(
            empty_repo,
            number,
            status=status,
            artifacts=contents,
            sweep=sweep,
            metrics={"loss": 1.0},
        )
        return reader.decode(empty_repo, raw)

    saved = attempt(1, artifacts=["model"])
    runs = [saved, attempt(2), attempt(3, "failed", ["broken"]), attempt(4, key="1")]
    found = of(*runs)
    assert state.checkpoints(empty_repo, runs, found.pending) == {"0": saved}
