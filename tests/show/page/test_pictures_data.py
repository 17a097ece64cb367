"""Which trials of a sweep are drawn, in which order, and how good they are."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.show.page import pictures_data
from gittrack.show.page.pictures_data import MOST_TRIALS


def trial(number: int, score: float | None, **more) -> TrialView:
    values = {"order": number, "run": f"run-{number}", **more}
    return TrialView(
        str(number), number, {"lr": number, "opt": "adam"}, "finished", score, **values
    )


def view(*trials: TrialView, best: str | None = "0", goal: str = "minimize") -> SweepView:
    return SweepView(
        "s",
        None,
        "random",
        "loss",
        goal,
        (Axis("lr"), Axis("opt", "choice", values=("adam",))),
        trials,
        best,
    )


def search(*trials: TrialView, shares=None, **options):
    return pictures_data.prepare(view(*trials, **options), shares or {})


def test_the_most_important_parameter_is_first():
    shares = {"lr": 0.1, "opt": 0.7}
    assert [axis.name for axis in search(trial(0, 0.5), shares=shares).axes] == ["opt", "lr"]
    assert [axis.name for axis in search(trial(0, 0.5), shares={"lr": None}).axes] == ["lr", "opt"]


@pytest.mark.parametrize("scores", [(), (None,), (math.nan, math.inf)])
def test_without_a_finite_score_there_is_nothing_to_draw(scores):
    assert search(*(trial(number, score) for number, score in enumerate(scores))) is None


def test_ranks_go_from_the_best_to_the_worst():
    ranks = search(trial(0, 0.1), trial(1, 0.3), trial(2, None), trial(3, 0.2)).ranks
    assert ranks == {"0": 0.0, "3": 0.5, "1": 1.0}
    upwards = search(trial(0, 0.1), trial(1, 0.3), best="1", goal="maximize").ranks
    assert upwards == {"1": 0.0, "0": 1.0}


def test_the_best_is_a_trial_with_a_score():
    assert search(trial(0, 0.5), trial(1, 0.7)).best.key == "0"
    assert search(trial(0, None), trial(1, 0.7)).best is None
    assert search(trial(0, 0.5), best=None).best is None


def test_the_label_of_the_score_says_which_direction_is_better():
    assert search(trial(0, 0.5)).score_label == "loss (lower is better)"
    assert search(trial(0, 0.5), goal="maximize").score_label == "loss (higher is better)"


def test_the_budgets_are_sorted():
    assert search(trial(0, 0.5, budget=9), trial(1, 0.5, budget=1)).budgets == (1, 9)
    assert search(trial(0, 0.5)).budgets == ()


# --- Many trials ----------------------------------------------------------------------------------


def test_all_of_a_thousand_trials_are_drawn_and_an_even_selection_of_more():
    few = search(*(trial(number, float(number)) for number in range(MOST_TRIALS)))
    assert len(pictures_data.drawn(few)) == MOST_TRIALS
    assert pictures_data.left_out(few) == ""
    many = search(*(trial(number, float(number)) for number in range(2500)))
    keys = [int(item.key) for item in pictures_data.drawn(many)]
    assert len(keys) == len(set(keys)) == MOST_TRIALS
    assert (keys[0], keys[-1]) == (0, 2499)
    assert pictures_data.left_out(many) == " (1,000 of 2,500 configurations)"
    assert max(b - a for a, b in itertools.pairwise(keys)) <= 3


def test_of_one_configuration_the_largest_budget_is_drawn():
    halving = search(
        trial(0, 0.5, budget=1),
        trial(0, 0.4, budget=9)._replace(key="0.r1", order=1, config=0, rung=1),
    )
    assert [item.key for item in pictures_data.drawn(halving)] == ["0.r1"]


# --- The course of a search -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "steps"),
    [
        ("minimize", [(0, 0.5), (2, 0.5), (3, 0.25)]),
        ("maximize", [(0, 0.5), (2, 0.75), (3, 0.75)]),
    ],
)
def test_the_best_so_far(goal, steps):
    trials = (trial(0, 0.5), trial(1, None), trial(2, 0.75), trial(3, 0.25))
    assert pictures_data.best_so_far(view(*trials, goal=goal)) == steps


def test_only_the_largest_budget_counts_for_the_best_so_far():
    trials = (trial(0, 0.1, budget=1), trial(1, 0.5, budget=9))
    assert pictures_data.best_so_far(view(*trials)) == [(1, 0.5)]


@given(st.integers(0, 10**6), st.floats(0.01, 10))
def test_a_point_moves_sideways_within_its_width(config, wide):
    assert abs(pictures_data.spread(config, wide)) <= wide / 2
    assert pictures_data.spread(config, wide) == pictures_data.spread(config, wide)


def test_a_trial_as_text():
    one = trial(7, 0.0525, budget=9)._replace(status="stopped")
    assert pictures_data.summary(one, view(one)._replace(resource="epochs")) == (
        "trial 7: loss 0.0525, stopped, epochs 9, lr 7, opt adam"
    )
    bare = trial(0, None)._replace(params={"lr": "\x1b"})
    assert pictures_data.summary(bare, view(bare)) == "trial 0: loss no score, lr \\x1b"
