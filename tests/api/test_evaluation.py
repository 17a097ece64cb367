"""A search in this process: what a strategy proposes is evaluated, one after the other."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from gittrack.api import evaluation
from gittrack.api.evaluation import BUDGET, Evaluation
from gittrack.core.errors import TrackError
from gittrack.search.plan import Trial


class Fixed(NamedTuple):
    """A strategy that proposes some trials in turn; the lowest score is the best."""

    trials: tuple[Trial, ...]

    def ask(self, outcomes, started, free):
        return [trial for trial in self.trials if trial.key not in started][:free]

    def best(self, outcomes):
        scored = [outcome for outcome in outcomes if outcome.score is not None]
        return min(scored, key=lambda outcome: outcome.score).key if scored else None


TRIALS = tuple(Trial(str(n), n, {"x": float(n)}) for n in range(4))


def search(evaluate, *trials: Trial):
    return evaluation.search(Fixed(trials or TRIALS), evaluate)


def test_the_best_configuration_and_every_evaluation_in_order():
    best = search(lambda config, budget: (config["x"] - 2) ** 2)
    assert (best.config, best.score, best.budget) == ({"x": 2.0}, 0.0, 0)
    assert [entry.score for entry in best.history] == [4.0, 1.0, 0.0, 1.0]
    assert best.history[3] == Evaluation(3, {"x": 3.0}, 0, 1.0, 0, 0)


def test_an_evaluation_without_a_score_is_kept_and_is_not_the_best():
    best = search(lambda config, budget: None if config["x"] == 0 else config["x"])
    assert (best.score, best.history[0].score) == (1.0, None)


def test_the_budget_is_an_argument_and_no_param():
    seen = []

    def evaluate(config, budget):
        seen.append((config, budget))
        return 1.0

    trial = Trial("0.r1", 0, {"x": 1, BUDGET: 9}, rung=1, bracket=2, budget=9)
    best = search(evaluate, trial)
    assert seen == [({"x": 1}, 9)]
    assert best.history == (Evaluation(0, {"x": 1}, 9, 1.0, 1, 2),)
    assert best.budget == 9


def test_the_function_may_change_its_config():
    def evaluate(config, budget):
        config["x"] = "changed"
        return 1.0

    assert search(evaluate).config == {"x": 0.0}


@pytest.mark.parametrize("score", [1, 1.5, True])
def test_scores_are_floats(score):
    assert type(search(lambda config, budget: score).score) is float


@pytest.mark.parametrize("score", ["0.5", [1], object()])
def test_what_is_no_number_is_an_error(score):
    with pytest.raises(TrackError, match="score"):
        search(lambda config, budget: score)


def test_without_any_score_there_is_no_best():
    with pytest.raises(TrackError, match="none of 4 evaluations gave a finite score") as caught:
        search(lambda config, budget: None)
    assert caught.value.hint.startswith("let evaluate return a number")


def test_an_error_of_the_function_ends_the_search():
    def evaluate(config, budget):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        search(evaluate)
