"""The job of a trial: all params, the facts of the trial, and what the command needs."""

import pytest

from gittrack.core import nested
from gittrack.core.run.run_info import RunInfo
from gittrack.git import GitError
from gittrack.search.plan import Trial
from gittrack.sweeping import prepare
from gittrack.sweeping.jobs import JobMaker, RunOptions, params_of
from gittrack.sweeping.prepare import PreparedSweep, SweepRequest
from gittrack.sweeping.stored import Sweep

FACTS = {
    "experiment": "e",
    "cwd": "sub",
    "inputs": ["data.csv", "/abs", "../../far"],
    "outputs": ["out"],
}
FIRST = Trial("0", 0, {"x": 1})
TREE, COMMIT = "1" * 40, "2" * 40


def maker(file=None, base=None, options=None, **facts):
    content = {
        "method": "grid",
        "metric": {"name": "loss", "goal": "minimize"},
        "parameters": {"x": {"values": [1, 2]}},
        **(file or {}),
    }
    plan = prepare.prepare(SweepRequest(content, command=("true",))).plan
    code = {"code": {"commit": COMMIT, "tree": TREE}, "new": ["made"]}
    sweep = Sweep("sweep-id", "c" * 40, b"", {**FACTS, **code, **facts})
    return JobMaker(sweep, PreparedSweep(plan, None, base or {}), options or RunOptions())


def job(made, trial=FIRST, attempt=1, known=3, earlier=None):
    return made.make(trial, attempt, known, earlier)


def test_the_run_knows_of_which_trial_it_is(project):
    made = job(maker(), Trial("1.s0", 1, {"x": 2}, seed=7), attempt=2)
    assert made.request.sweep == {
        "id": "sweep-id",
        "trial": "1.s0",
        "config": 1,
        "rung": 0,
        "bracket": 0,
        "seed": 7,
        "attempt": 2,
        "known": 3,
    }
    assert (made.request.group, made.request.seed, made.mark) == ("sweep-id", 7, "1.s0 2")
    assert made.request.code == (TREE, frozenset({"made"}))


def test_the_folder_and_the_paths_are_those_of_the_sweep(project):
    made = job(maker())
    assert (made.folder, made.inputs, made.outputs) == ("sub", tuple(FACTS["inputs"]), ("out",))


@pytest.mark.parametrize(("attempt", "final"), [(1, False), (2, False), (3, True)])
def test_the_last_attempt_counts_however_it_ends(project, attempt, final):
    assert job(maker({"trial": {"retries": 2}}), attempt=attempt).final is final


def test_other_trials_see_the_metric_only_if_trials_may_stop_early(project):
    assert job(maker()).metric is None
    assert job(maker({"early_terminate": {"type": "median"}})).metric == "loss"


@pytest.mark.parametrize(
    ("base", "seed"), [({"seed": 3}, 3), ({"seed": "x"}, None), ({"seed": True}, None), ({}, None)]
)
def test_the_seed_of_the_base_is_the_seed_of_the_run_if_it_is_a_whole_number(project, base, seed):
    assert job(maker(base=base)).request.seed == seed


def test_a_group_and_a_value_in_it_are_both_params():
    trial = Trial("0", 0, {"db.timeout": 10, "db": "mysql"})
    params = params_of({"db": {"timeout": 3}, "lr": 0.1}, trial, None)
    assert params == {"db": "mysql", "db.timeout": 10, "lr": 0.1}
    assert [nested.at_path(params, path) for path in (("db",), ("db", "timeout"))] == ["mysql", 10]


def test_a_worktree_gets_the_inputs_and_the_users_links(project):
    isolation = job(maker(options=RunOptions(isolate=True, links=("venv",)))).isolation
    assert isolation == (COMMIT, ("sub/data.csv", "/abs", "../far", "venv"))
    assert job(maker()).isolation is None


def test_a_sweep_without_a_commit_has_no_worktree(project):
    with pytest.raises(GitError, match="without a commit"):
        job(maker(options=RunOptions(isolate=True), code={"tree": TREE}))


def test_a_resumed_rung_gets_the_run_before(project):
    earlier = RunInfo("id", "e", "finished", ref="refs/runs/e/id", commit="3" * 40)
    assert job(maker(), earlier=earlier).earlier[:4] == ("id", "e", "refs/runs/e/id", "3" * 40)


def test_params_of_the_sweep_override_the_base():
    base = {"model": {"lr": 1, "depth": 2}, "seed": 0}
    trial = Trial("0", 0, {"model.lr": 0.1, "new": "a"}, budget=9, seed=5)
    assert params_of(base, trial, "train.epochs") == {
        "model": {"lr": 0.1, "depth": 2},
        "new": "a",
        "train": {"epochs": 9},
        "seed": 5,
    }
    assert base == {"model": {"lr": 1, "depth": 2}, "seed": 0}


def test_a_seed_is_not_added_to_params_that_have_none():
    assert params_of({}, Trial("0", 0, {"x": 1}, seed=5), None) == {"x": 1}


def test_the_run_says_which_run_it_continues(project):
    earlier = RunInfo("20260227-143022-a1b2c3d4", "e", "killed", commit=COMMIT, ref="refs/runs/e/x")
    made = job(maker(), attempt=2, earlier=earlier)
    assert made.request.sweep["continues"] == earlier.id == made.earlier.id
