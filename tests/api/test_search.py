"""Searches from Python."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from gittrack.core.errors import TrackError
from gittrack.sweep import (
    asha,
    choice,
    grid_search,
    hyperband,
    log_uniform,
    randint,
    random_search,
    successive_halving,
    uniform,
)

SPACE = {"x": uniform(0, 1), "opt": choice(["a", "b"])}


def near(config, budget):
    """Best at x = 0.3, and better with more budget."""
    return -abs(config["x"] - 0.3) - 1 / budget


def test_grid():
    assert list(grid_search({"lr": [0.1, 0.01], "batch": [32, 64, 32]})) == [
        {"lr": 0.1, "batch": 32},
        {"lr": 0.1, "batch": 64},
        {"lr": 0.01, "batch": 32},
        {"lr": 0.01, "batch": 64},
    ]
    with pytest.raises(TrackError, match="cannot be counted"):
        grid_search(SPACE)  # at once, not at the first value


def test_random():
    space = {"lr": log_uniform(1e-5, 1e-1), "batch": choice([32, 64]), "n": randint(1, 3)}
    found = list(random_search(space, n_trials=50, seed=0))
    assert found[:20] == list(random_search(space, n_trials=20, seed=0))
    assert found != list(random_search(space, n_trials=50, seed=1))
    assert found[0] == {"lr": 0.072594665995, "batch": 64, "n": 3}
    more = {**space, "another": uniform(0, 1)}  # a new param leaves the others as they were
    assert [{**one, "another": 0} for one in found] == [
        {**one, "another": 0} for one in random_search(more, 50)
    ]


def test_halving():
    best = successive_halving(
        SPACE, n_configs=27, min_budget=1, max_budget=81, eta=3, evaluate=near, goal="maximize"
    )
    assert Counter(one.budget for one in best.history) == {1: 27, 3: 9, 9: 3, 27: 1, 81: 1}
    assert best.budget == 81
    first = [one for one in best.history if one.budget == 1]
    assert best.config == max(first, key=lambda one: one.score).config
    assert best.score == near(best.config, 81)


def test_one_configuration_is_evaluated_too():
    best = successive_halving(SPACE, 1, 1, 10, evaluate=near, goal="minimize")
    assert [one.budget for one in best.history] == [1, 3, 9, 10]
    assert [
        one.budget for one in asha(SPACE, 1, 1, 10, evaluate=near, goal="minimize").history
    ] == [*(1, 3, 9, 10)]


def test_hyperband_and_asha():
    best = hyperband(SPACE, max_budget=81, evaluate=near, goal="maximize")
    assert [
        len([one for one in best.history if (one.bracket, one.rung) == (s, 0)])
        for s in (4, 3, 2, 1, 0)
    ] == [81, 34, 15, 8, 5]
    assert best.score == max(one.score for one in best.history if one.budget == 81)
    best = asha(SPACE, 20, 1, 27, evaluate=near, goal="maximize")
    assert best.budget == 27
    assert len([one for one in best.history if one.rung == 0]) == 20


def test_bad_scores_do_not_win():
    def diverges(config, budget):
        return [math.nan, None, math.inf, -5.0][int(config["x"] * 4)]

    best = successive_halving(SPACE, 16, 1, 9, evaluate=diverges, goal="maximize")
    assert best.score == -5.0
    with pytest.raises(TrackError, match="none of 4 evaluations gave a finite score"):
        successive_halving(SPACE, 4, 1, 9, evaluate=lambda *_: math.nan, goal="maximize")


def test_configurations_are_never_compared():
    space = {"x": choice([{"a": 1}, {"a": [2]}, None])}
    best = successive_halving(space, 9, 1, 9, evaluate=lambda *_: 1.0, goal="minimize")
    assert best.config == best.history[0].config  # all are equal: the first


def test_an_error_of_the_function_comes_through():
    def fails(config, budget):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        hyperband(SPACE, 9, evaluate=fails, goal="maximize")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: random_search(SPACE, 0), "n_trials is 0"),
        (
            lambda: successive_halving(SPACE, 1.5, 1, 9, evaluate=near, goal="maximize"),
            "n_configs is",
        ),
        (
            lambda: successive_halving(SPACE, 3, 9, 1, evaluate=near, goal="maximize"),
            "the min 9 of",
        ),
        (
            lambda: successive_halving(SPACE, 3, 1, 9, evaluate=near, goal="max"),
            "the goal is 'max'",
        ),
        (
            lambda: successive_halving(SPACE, 3, 1, 9, evaluate=lambda *_: "x", goal="maximize"),
            "the metric 'score' is 'x'",
        ),
        (lambda: grid_search({}), "the space is empty"),
        (lambda: grid_search([1]), "the space is [1], which is not a mapping"),
        (lambda: grid_search({"a": {1, 2}}), "the values of a are a set, which has no order"),
        (lambda: grid_search({"a": uniform}), "the param 'a' is <function uniform"),
        (lambda: random_search(SPACE, 3, seed="x"), "the seed is 'x'"),
        (lambda: choice("ab"), "a choice of 'ab', which is not a list"),
        (lambda: choice(3), "a choice of 3, which is not a list"),
    ],
)
def test_mistakes(call, said):
    with pytest.raises(TrackError) as caught:
        call()
    assert str(caught.value).startswith(said)
