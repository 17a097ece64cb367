"""Which score is better: one rule for every strategy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.search.plan import Outcome
from gittrack.search.strategies import ranking

scores = st.none() | st.floats()


def outcome(key, score, status="finished"):
    return Outcome(str(key), score, 0, status)


@pytest.mark.parametrize("score", [None, math.nan, math.inf, -math.inf])
def test_some_scores_never_count(score):
    assert not ranking.counts(score)
    assert ranking.usable(outcome(0, score)) is None


@pytest.mark.parametrize(
    ("status", "score"),
    [("finished", 1.0), ("stopped", 1.0), ("failed", None), ("killed", None), ("crashed", None)],
)
def test_the_score_of_a_failed_trial_does_not_count(status, score):
    assert ranking.usable(outcome(0, 1.0, status)) == score


@pytest.mark.parametrize(("goal", "expected"), [("minimize", [2, 0, 1]), ("maximize", [1, 0, 2])])
def test_the_goal_decides_which_end_is_best(goal, expected):
    assert ranking.order([(0, 0.5), (1, 0.9), (2, 0.1)], goal) == expected


def test_equal_scores_keep_the_order_of_configurations():
    assert ranking.order([(3, 1.0), (1, 1.0), (2, 1)], "minimize") == [1, 2, 3]


@given(st.lists(scores, max_size=12), st.sampled_from(["minimize", "maximize"]))
def test_scores_that_count_come_first_and_in_order(values, goal):
    ranked = ranking.order(enumerate(values), goal)
    assert sorted(ranked) == list(range(len(values)))
    usable = [ranking.counts(values[number]) for number in ranked]
    assert usable == sorted(usable, reverse=True)
    counted = [values[number] for number in ranked if ranking.counts(values[number])]
    assert counted == sorted(counted, reverse=goal == "maximize")


def test_the_best_of_nothing_is_none():
    assert ranking.best([], "minimize") is None
    assert ranking.best([outcome(0, math.nan), outcome(1, 1.0, "failed")], "minimize") is None
    assert ranking.best([outcome(0, math.nan), outcome(7, 1.0)], "minimize") == "7"
