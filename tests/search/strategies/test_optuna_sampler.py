"""search/strategies/optuna_sampler: how distributions become those of Optuna, and values come back."""

from __future__ import annotations

import math
import sys
from importlib.util import find_spec

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.distributions import Choice, Integers, Normal, Uniform
from gittrack.search.plan import Outcome, Rung, SamplerOptions
from gittrack.search.strategies import optuna_sampler
from gittrack.search.strategies.optuna_sampler import OptunaSearch

pytestmark = pytest.mark.skipif(find_spec("optuna") is None, reason="an extra")
SPACE = {"x": Uniform(0.0, 1.0), "opt": Choice(("adam", "sgd"))}


def search(space=SPACE, sampler: str = "tpe", size: int = 5, **options) -> OptunaSearch:
    return OptunaSearch(space, SamplerOptions(sampler, options), seed=3, size=size, goal="minimize")


def outcome(key: int, score: float | None = 1.0, **params: object) -> Outcome:
    return Outcome(str(key), score, key, "finished", params or {"x": 0.5, "opt": "adam"})


@pytest.mark.parametrize(
    ("distribution", "text"),
    [
        (Choice(("a", "b")), "CategoricalDistribution(choices=(0, 1))"),
        (Integers(1, 9, 2), "IntDistribution(high=9, log=False, low=1, step=2)"),
        (Integers(1, 8, 2), "IntDistribution(high=7, log=False, low=1, step=2)"),
        (Uniform(0.0, 1.0), "FloatDistribution(high=1.0, log=False, low=0.0, step=None)"),
        (Uniform(0.1, 1.0, log=True), "FloatDistribution(high=1.0, log=True, low=0.1, step=None)"),
        (Uniform(0.0, 1.0, 0.25), "FloatDistribution(high=1.0, log=False, low=0.0, step=0.25)"),
        (Uniform(0.1, 1.0, q=0.5), "FloatDistribution(high=1.0, log=False, low=0.5, step=0.5)"),
    ],
)
def test_a_distribution_becomes_one_of_optuna(distribution, text):
    assert str(optuna_sampler._range("x", distribution)) == text


def test_a_single_value_is_not_searched():
    assert optuna_sampler._range("x", Choice((3,))) is None
    assert list(optuna_sampler._ranges({**SPACE, "one": Choice((3,))})) == ["x", "opt"]


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        (Choice(("a", "b"), (0.1, 1.0)), "does not support the probabilities of lr"),
        (Normal(0.0, 1.0), "does not support the distribution normal(0.0,1.0) of lr"),
    ],
)
def test_what_optuna_cannot_search_is_named(distribution, message):
    with pytest.raises(TrackError) as caught:
        optuna_sampler.check({"lr": distribution}, SamplerOptions("tpe", {}))
    assert message in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("value", ["adam", None, True, 1, [1, 2], {"a": 1}, math.nan])
def test_a_choice_of_any_value_goes_to_optuna_and_back(value):
    distribution = Choice(("other", value))
    assert optuna_sampler._to_optuna(distribution, value) == 1
    assert optuna_sampler._from_optuna(distribution, 1) is value


def test_equal_values_of_other_types_are_told_apart():
    distribution = Choice((1, True, 1.0, "1"))
    assert [optuna_sampler._to_optuna(distribution, value) for value in (True, "1", 2)] == [
        *(1, 3, None),
    ]


def test_a_number_of_optuna_is_rounded_to_the_grid_of_the_param():
    assert optuna_sampler._from_optuna(Uniform(0.0, 1.0, q=0.25), 0.7500000001) == 0.75
    assert optuna_sampler._from_optuna(Integers(1, 9), 4) == 4


class TestSampler:
    def test_an_unknown_sampler_is_refused_with_a_near_one(self):
        with pytest.raises(TrackError, match="there is no sampler 'tpee'") as caught:
            optuna_sampler.check(SPACE, SamplerOptions("tpee", {}))
        assert "tpe" in caught.value.hint

    def test_an_option_that_the_sampler_does_not_have_is_refused(self):
        with pytest.raises(TrackError, match="the sampler tpe cannot be made") as caught:
            optuna_sampler.check(SPACE, SamplerOptions("tpe", {"colour": 1}))
        assert caught.value.hint == "its options are those of optuna.samplers.TPESampler"

    def test_options_reach_the_sampler(self):
        optuna_sampler.check(SPACE, SamplerOptions("tpe", {"n_startup_trials": 3}))

    def test_a_package_that_is_missing_is_named_before_the_first_trial(self, monkeypatch):
        monkeypatch.setattr(optuna_sampler, "find_spec", lambda name: None)
        monkeypatch.setattr(optuna_sampler, "_make_sampler", lambda options, seed: None)
        with pytest.raises(TrackError, match="the sampler cmaes needs the package cmaes"):
            optuna_sampler.check(SPACE, SamplerOptions("cmaes", {}))

    def test_without_optuna_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "optuna", None)
        with pytest.raises(TrackError) as caught:
            optuna_sampler.check(SPACE, SamplerOptions("tpe", {}))
        assert caught.value.hint == "install it: pip install 'gittrack[optuna]'"


class TestStrategy:
    def test_trials_that_were_not_started_are_proposed_in_order(self):
        trials = search().ask([], {"0", "2"}, 2)
        assert [(trial.key, trial.config) for trial in trials] == [("1", 1), ("3", 3)]

    @pytest.mark.parametrize("free", [0, -1])
    def test_without_a_free_slot_nothing_is_proposed(self, free):
        assert search().ask([], set(), free) == ()

    def test_at_its_size_the_search_is_over(self):
        outcomes = [outcome(number) for number in range(5)]
        assert search().ask(outcomes, {str(number) for number in range(5)}, 3) == ()
        assert search().done(outcomes, ())
        assert not search().done([*outcomes[:4], outcome(0)], ())
        assert search().table() == (Rung(0, 0, 5, None, None, None),)

    def test_the_best_is_the_lowest_score_that_counts(self):
        outcomes = [outcome(0, 2.0), outcome(1, math.nan), outcome(2, 1.0), outcome(3, None)]
        assert search().best(outcomes) == "2"

    def test_a_proposal_depends_on_the_outcomes_and_not_in_which_order_they_are_given(self):
        outcomes = [outcome(n, abs(n - 2.5), x=n / 6, opt="adam") for n in range(6)]
        learning = search(size=9, n_startup_trials=2)
        keys = {str(number) for number in range(6)}
        proposals = [learning.ask(given, keys, 1) for given in (outcomes, outcomes[::-1])]
        assert proposals[0] == proposals[1]

    def test_a_trial_that_ended_has_the_params_that_were_recorded(self):
        outcomes = [outcome(1, 1.0, x=0.123, opt="sgd")]
        assert search().trial("1", outcomes).params == {"x": 0.123, "opt": "sgd"}
        assert search().trial("2", []) == search().ask([], {"0", "1"}, 1)[0]

    @pytest.mark.parametrize("key", ["5", "1.r1", "1.s0", "x"])
    def test_a_trial_that_the_search_does_not_have_is_refused(self, key):
        with pytest.raises(TrackError):
            search().trial(key, [])

    def test_outcomes_outside_of_the_space_are_learned_as_far_as_they_fit(self):
        strange = outcome(0, 1.0, x=0.5, opt="unknown")
        assert search().ask([strange], {"0"}, 1)[0].params.keys() == SPACE.keys()
