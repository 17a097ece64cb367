"""Importance of parameters: told from ranks, and not told where the trials cannot say."""

from __future__ import annotations

import math
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis import fanova
from gittrack.analysis.importance import (
    FANOVA,
    GROUPS,
    NO_MORE_THAN_CHANCE,
    RANGES,
    RANKS,
    Scored,
    importance,
    mean_ranks,
    of_sweep,
    scored_configurations,
    share_between,
)
from gittrack.analysis.sweep_view import Axis, Importance, SweepView, TrialView
from gittrack.core.errors import TrackError
from gittrack.show.terminal import importances


def trials(count, score, seed=0):
    """Return trials of three parameters, of which only the score says what they do."""
    draw = random.Random(seed)
    made = [
        {"lr": 10 ** draw.uniform(-5, 0), "width": draw.randrange(8, 65), "opt": draw.choice("abc")}
        for _ in range(count)
    ]
    return [Scored(params, score(params)) for params in made]


def test_a_number_that_decides_is_found_by_its_ranks():
    first, *others = importance(trials(40, lambda p: p["lr"] ** 3), "minimize")
    assert (first.name, first.method, first.trials) == ("lr", RANKS, 40)
    assert first.share == pytest.approx(1)
    assert first.correlation == pytest.approx(-1)  # less of it is better
    assert {one.why for one in others} == {NO_MORE_THAN_CHANCE}
    assert (first.low, first.high) == (1.0, 1.0)


def test_the_goal_turns_the_sign_and_not_the_share():
    lr = importance(trials(40, lambda p: p["lr"] ** 3), "maximize")[0]
    assert (lr.share, lr.correlation) == (pytest.approx(1), pytest.approx(1))


def test_a_choice_that_decides_is_found_by_its_groups():
    first = importance(trials(40, lambda p: {"a": 3.0, "b": 1.0, "c": 2.0}[p["opt"]]), "minimize")[
        0
    ]
    assert (first.name, first.method) == ("opt", GROUPS)
    assert first.share == pytest.approx(1)
    assert first.correlation is None


def test_a_number_whose_best_is_in_the_middle_is_not_overlooked():
    found = importance(trials(60, lambda p: (math.log10(p["lr"]) + 2.5) ** 2), "minimize")
    assert (found[0].name, found[0].method) == ("lr", RANGES)
    assert found[0].share > 0.7
    assert abs(found[0].correlation) < 0.3


def test_what_chance_explains_is_taken_off():
    def share(seed):
        draw = random.Random(seed)
        found = importance(trials(12, lambda p: draw.random(), seed), "minimize")
        return sum(one.share or 0.0 for one in found) / 3

    assert sum(map(share, range(200))) / 200 < 0.1  # three groups of twelve explain 0.18 unadjusted


def test_nan_and_infinity_are_the_worst_and_a_failed_trial_is_left_out():
    diverges = trials(
        40, lambda p: math.nan if p["lr"] > 0.01 else (math.inf if p["lr"] > 1e-3 else 1.0)
    )
    failed = [Scored(trial.params, None) for trial in trials(7, lambda p: 0.0, seed=5)]
    lr = importance(diverges + failed, "maximize")[0]
    assert (lr.name, lr.trials) == ("lr", 40)
    assert lr.correlation < -0.8


def test_values_of_several_kinds_are_groups():
    values = [None, "no", False, 0, 0.5, [1, 2]] * 4
    made = [Scored({"x": value}, float(place % 6)) for place, value in enumerate(values)]
    made += [Scored({}, 9.0), Scored({}, 9.0)]  # where it is missing, that is a group as well
    assert importance(made, "minimize")[0].share == pytest.approx(1)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (
            [Scored({"x": 1}, 1.0), Scored({"x": 2}, None)],
            "fewer than 5 configurations have a score",
        ),
        ([Scored({"x": 1}, float(i)) for i in range(9)], "it was always the same"),
        ([Scored({"x": i}, 1.0) for i in range(9)], "all scores are equal"),
        (
            [Scored({"x": f"n{i}"}, float(i)) for i in range(9)],
            "every trial has a value of its own",
        ),
    ],
)
def test_what_cannot_be_told_is_not_told(made, why):
    found = importance(made, "minimize")[0]
    assert (found.share, found.why) == (None, why)


VALUES = (
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=2)
)
TRIALS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("xyz"), VALUES), st.none() | st.floats()), max_size=25
)


@given(TRIALS, st.sampled_from(["minimize", "maximize"]))
def test_whatever_was_tried_a_share_is_a_share_or_has_a_reason(made, goal):
    found = importance([Scored(params, score) for params, score in made], goal)
    assert {one.name for one in found} == {name for params, _ in made for name in params}
    for one in found:
        assert (one.share is None) == bool(one.why)
        assert one.share is None or 0 <= one.share <= 1


def test_no_trials_have_no_parameters():
    assert importance([], "minimize") == ()


def test_ranks_and_groups_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    draw = random.Random(3)
    x, y = [[float(draw.randrange(9)) for _ in range(50)] for _ in range(2)]
    assert mean_ranks(x) == list(stats.rankdata(x))
    groups = [int(value) % 3 for value in x]
    h = stats.kruskal(*[[b for g, b in zip(groups, y, strict=True) if g == k] for k in range(3)])
    tied = 1 - sum(y.count(v) ** 3 - y.count(v) for v in set(y)) / (50**3 - 50)
    assert share_between(groups, mean_ranks(y)) == pytest.approx(h.statistic / 49, rel=1e-9), tied
    made = [Scored({"x": a}, b) for a, b in zip(x, y, strict=True)]
    assert importance(made, "maximize")[0].correlation == pytest.approx(
        stats.spearmanr(x, y).statistic
    )


def test_fanova_is_optunas():
    pytest.importorskip("optuna")
    pytest.importorskip("sklearn")
    made = trials(40, lambda p: math.log10(p["lr"]) ** 2 + (p["opt"] == "a"))
    made += [Scored(made[0].params, math.nan), Scored(made[0].params, None)]
    found = fanova.fanova(made, log=["lr"])
    assert found[0].name == "lr"
    assert {one.method for one in found} == {FANOVA}
    assert sum(one.share for one in found) == pytest.approx(1)
    assert found == fanova.fanova(made, log=["lr"])


def test_fanova_tells_what_it_cannot_tell():
    pytest.importorskip("optuna")
    pytest.importorskip("sklearn")
    made = [Scored({"x": i, "same": 1}, float(i)) for i in range(9)]
    assert [(one.name, one.why) for one in fanova.fanova(made)] == [
        ("x", ""),
        ("same", "it was always the same"),
    ]
    assert fanova.fanova(made[:3])[0].share is None
    assert fanova.fanova([Scored({"x": i}, 1.0) for i in range(9)])[0].why == "all scores are equal"


def test_fanova_of_a_sweep_is_of_its_scores_or_where_budgets_differ_of_its_ranks():
    pytest.importorskip("optuna")
    pytest.importorskip("sklearn")
    alike = [trial(i, float(i % 5)) for i in range(20)]
    made = [Scored({"lr": one.params["lr"], "opt": one.params["opt"]}, one.score) for one in alike]
    assert fanova.of_sweep(sweep(*alike)) == fanova.fanova(made, log=["lr"])
    rungs = sweep(*alike, trial(0, 50.0, rung=1))
    assert fanova.of_sweep(rungs) == fanova.fanova(scored_configurations(rungs), log=["lr"])


def test_what_fanova_cannot_tell_apart_is_said():
    pytest.importorskip("optuna")
    pytest.importorskip("sklearn")
    near = [Scored({"x": 2**70 + i, "y": i}, float(i % 7)) for i in range(30)]
    with pytest.raises(TrackError, match="fANOVA fails for these trials"):
        fanova.fanova(near)


def test_without_optuna_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(TrackError, match=r"pip install 'gittrack\[optuna\]' scikit-learn"):
        fanova.fanova(trials(9, lambda p: p["lr"]))


def test_importance_needs_neither_optuna_nor_numpy():
    code = "import sys, gittrack.analysis.importance; print({'numpy', 'optuna'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# --- A sweep, and what is said of it ---------------------------------------------------------------


def sweep(*trials, goal="minimize"):
    axes = (Axis("lr", log=True), Axis("opt", "choice", values=("a", "b")))
    return SweepView("s", None, "halving", "loss", goal, axes, tuple(trials))


def trial(config, score, rung=0, **params):
    budget = 3**rung
    status = "failed" if score is None else "finished"
    params = {"lr": 0.1 * (config + 1), "opt": "ab"[config % 2], "epochs": budget, **params}
    return TrialView(
        f"{config}.r{rung}", config, params, status, score, config + 99 * rung, rung, 0, budget
    )


def test_a_promoted_configuration_is_better_whatever_its_score():
    made = [trial(i, float(i)) for i in range(9)] + [trial(0, 50.0, rung=1), trial(1, 60.0, rung=1)]
    lr, opt = of_sweep(sweep(*made))
    assert (lr.name, lr.trials, lr.correlation) == ("lr", 9, pytest.approx(-1))
    assert opt.why == NO_MORE_THAN_CHANCE  # and the resource is none of the parameters


def test_of_a_sweep_failed_trials_are_left_out_and_diverged_ones_the_worst():
    made = [trial(i, math.nan if i > 6 else 1.0 + i) for i in range(10)] + [trial(10, None)]
    lr = of_sweep(sweep(*made))[0]
    assert (lr.trials, lr.correlation) == (10, pytest.approx(-0.988, abs=1e-3))


def test_a_configuration_under_many_seeds_counts_once():
    made = [trial(i, float(i)) for i in range(6)]
    many = [one._replace(key=f"{one.key}.s{s}", seed=s) for one in made for s in range(9)]
    assert of_sweep(sweep(*many)) == of_sweep(sweep(*made))


def test_brackets_are_ranked_apart():
    made = []
    for bracket, budget, count in ((2, 1, 9), (1, 3, 5), (0, 9, 3)):
        for i in range(count):
            score = 0.1 * (i + 1) + 1 / budget  # a later bracket begins with more resource
            one = trial(10 * bracket + i, score, lr=0.1 * (i + 1))
            made.append(one._replace(bracket=bracket, budget=budget, key=f"{one.key}.b{bracket}"))
    lr, opt = of_sweep(sweep(*made))
    assert (lr.name, lr.share, lr.correlation) == ("lr", pytest.approx(1), pytest.approx(-1))
    assert opt.why == NO_MORE_THAN_CHANCE


def test_noise_is_seldom_told_as_a_share():
    def told(seed):
        draw = random.Random(seed)
        found = importance(trials(20, lambda p: draw.random(), seed), "minimize")
        return any(one.share is not None for one in found)

    assert sum(map(told, range(400))) <= 20  # 5 %


def test_a_share_has_an_interval():
    draw = random.Random(7)
    lr = importance(trials(40, lambda p: math.log10(p["lr"]) + draw.gauss(0, 2)), "minimize")[0]
    assert lr.name == "lr"
    assert 0 < lr.low < lr.share < lr.high < 1


def test_it_is_told_in_lines():
    weights = [
        Importance("lr", 0.5644, RANKS, 30, -0.75, "", 0.31, 0.742),
        Importance("opt\x1b", 0.06, GROUPS, 30),
        Importance("dropout", 0.0, RANKS, 30, 0.01),
        Importance("width", None, RANKS, 30, None, "it was always the same"),
    ]
    assert importances.page(weights) == (
        "what each parameter explains, alone:\n"
        "  lr       56 %  rank correlation -0.75, less is better (31 to 74 %)\n"
        "  opt\\x1b   6 %  variance between groups\n"
        "  dropout   0 %  rank correlation +0.01\n"
        "  width       -  it was always the same\n"
    )


def test_of_few_trials_it_is_a_hint():
    shown = importances.page([Importance("lr", 0.5, RANKS, 9, 0.7)])
    assert shown.endswith("  (of 9 configurations only: take it as a hint)\n")
    assert importances.page([]) == ""
