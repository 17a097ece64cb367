"""A sweep as it is printed: its axes, one line for each trial, and whether it runs."""

import pytest

from gittrack.analysis.sweep_view import Axis
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.series import Metric
from gittrack.core.run.trials import TrialFacts
from gittrack.search import space
from gittrack.search.plan import SweepPlan
from gittrack.search.strategies import methods
from gittrack.sweeping import view
from gittrack.sweeping.prepare import PreparedSweep
from gittrack.sweeping.stored import Sweep

SWEEP = Sweep(
    "20260101-000000-aaaa1111", "c" * 40, b"", {"name": "n", "created": "2026-01-01T00:00:00Z"}
)


def prepared(**params):
    plan = SweepPlan(None, ("true",), "grid", "loss", "minimize", space.from_mapping(params))
    return PreparedSweep(plan, methods.strategy(plan), {})


def run(key, order=None, status="finished", loss=1.0, **facts):
    metrics = {"loss": Metric(loss, loss, loss, 0, 1)}
    trial = TrialFacts("s", key, config=int(key), order=order, **facts)
    return RunInfo(
        f"run-{key}-{status}", "e", status, params={"x": int(key)}, metrics=metrics, sweep=trial
    )


def shown(*runs, busy=False):
    return view.view(SWEEP, prepared(x=[0, 1]), runs, busy=busy)


@pytest.mark.parametrize(
    ("distribution", "axis"),
    [
        ([1, 2], Axis("x", "choice", values=(1, 2))),
        (3, None),
        (space.randint(1, 9), Axis("x", "number", False, 1, 9)),
        (space.randint(4, 4), None),
        (space.log_uniform(0.1, 1), Axis("x", "number", True, 0.1, 1)),
        (space.uniform(2, 2), None),
        (space.log_normal(), Axis("x", "number", True)),
    ],
)
def test_a_param_with_more_than_one_value_is_an_axis(distribution, axis):
    plan = SweepPlan(None, (), "random", None, "minimize", space.from_mapping({"x": distribution}))
    assert view.axes(PreparedSweep(plan, None, {})) == ([axis] if axis else [])


@pytest.mark.parametrize(
    ("runs", "busy", "state"),
    [
        ((), False, "stopped"),
        ((), True, "running"),
        ((run("0", 0),), False, "stopped"),
        ((run("0", status="running"),), False, "stopped"),
        ((run("0", status="running")._replace(more={"seen": "2026-01-01"}),), False, "running"),
        ((run("0", 0), run("1", 1)), False, "done"),
        ((run("0", 0), run("1", 1)), True, "running"),
        ((run("0", 0), run("1", status="crashed")), False, "stopped"),
    ],
)
def test_a_sweep_is_done_if_every_trial_counts(runs, busy, state):
    assert shown(*runs, busy=busy).state == state


def test_each_trial_is_shown_once_by_the_run_that_counts():
    current = shown(
        run("0", 0, loss=3.0), run("0", status="failed"), run("1", status="killed", why="timeout")
    )
    assert [(trial.key, trial.status, trial.order) for trial in current.trials] == [
        ("0", "finished", 0),
        ("1", "killed", None),
    ]
    assert current.best == "0"
    assert current.trials[0].params == {"x": 0}


def test_a_trial_that_runs_has_no_score_yet():
    (trial,) = shown(run("0", status="running")).trials
    assert (trial.status, trial.score) == ("running", None)
