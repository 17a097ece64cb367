"""Each configuration under several seeds: the strategy inside sees one trial with the mean score."""

import math

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.plan import Outcome, Resource, Rung
from gittrack.search.strategies import rungs
from gittrack.search.strategies.fixed_list import FixedList
from gittrack.search.strategies.halving import Halving
from gittrack.search.strategies.seeds import RepeatedSeeds

INNER = FixedList(lambda number: {"x": number}, 3, "minimize")
TWO = RepeatedSeeds(INNER, (7, 9))


def ended(scores):
    return [
        Outcome(key, score, order, "finished") for order, (key, score) in enumerate(scores.items())
    ]


def keys(trials):
    return [trial.key for trial in trials]


def test_a_configuration_is_proposed_once_for_each_seed():
    trials = TWO.ask((), (), 4)
    assert [(trial.key, trial.seed) for trial in trials] == [
        ("0.s0", 7),
        ("0.s1", 9),
        ("1.s0", 7),
        ("1.s1", 9),
    ]
    assert trials[0].params == trials[1].params


def test_an_incomplete_configuration_comes_before_a_new_one():
    assert keys(TWO.ask((), {"1.s1"}, 3)) == ["1.s0", "0.s0", "0.s1"]
    assert keys(TWO.ask((), {"0.s0"}, 1)) == ["0.s1"]
    assert TWO.ask((), (), 0) == ()


def test_the_mean_of_all_seeds_decides():
    scores = {"0.s0": 0.0, "0.s1": 3.0, "1.s0": 1.0, "1.s1": 1.0, "2.s0": 0.0}
    assert TWO.best(ended(scores)) == "1.s0"


@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_a_configuration_counts_only_if_every_seed_does(bad):
    assert TWO.best(ended({"0.s0": 0.0, "0.s1": bad})) is None


def test_size_and_budget_are_multiplied():
    assert TWO.size == 6
    assert TWO.table() == (Rung(0, 0, 6, None, None, None),)
    resource = Resource("epochs", 1, 9)
    inner = Halving(INNER.propose, (rungs.halving(9, 1, 9, 3),), "minimize", resource)
    assert RepeatedSeeds(inner, (0, 1)).table()[1] == Rung(0, 1, 6, 3, 18, 12)


def test_a_resumed_rung_continues_under_the_same_seed():
    resource = Resource("epochs", 1, 9, mode="resume")
    inner = Halving(INNER.propose, (rungs.halving(9, 1, 9, 3),), "minimize", resource)
    assert RepeatedSeeds(inner, (7, 9)).trial("4.r1.s1", ()).after == "4.r0.s1"


def test_it_is_done_when_every_seed_has_ended():
    scores = {f"{config}.s{seed}": 1.0 for config in range(3) for seed in range(2)}
    assert TWO.done(ended(scores), scores)
    del scores["2.s1"]
    assert not TWO.done(ended(scores), [*scores, "2.s1"])
    assert not TWO.done(ended(scores), scores)


@pytest.mark.parametrize("key", ["0", "0.s2", "3.s0"])
def test_it_has_no_other_trials(key):
    with pytest.raises(TrackError, match="is not a trial of this sweep"):
        TWO.trial(key, ())
