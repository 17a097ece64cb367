"""ASHA: a free worker gets the best promotion that there is, else a new configuration."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.plan import Outcome, Resource
from gittrack.search.strategies import rungs
from gittrack.search.strategies.asha import Asha

EPOCHS = Resource("epochs", 1, 9)


def asha(count=9, cap=None):
    bracket = rungs.asha(count, EPOCHS.min, EPOCHS.max, EPOCHS.eta)
    return Asha(lambda number: {"x": number}, bracket, "minimize", EPOCHS, cap)


def ended(scores):
    return [
        Outcome(key, score, order, "finished") for order, (key, score) in enumerate(scores.items())
    ]


def proposed(search, scores, started=None, free=1):
    outcomes = ended(scores)
    return [
        trial.key for trial in search.ask(outcomes, scores if started is None else started, free)
    ]


def test_a_new_configuration_starts_until_three_have_ended():
    assert proposed(asha(), {}, free=4) == ["0.r0", "1.r0", "2.r0", "3.r0"]
    assert proposed(asha(), {"0.r0": 1.0, "1.r0": 2.0}) == ["2.r0"]


def test_the_best_third_is_promoted_before_the_rung_is_full():
    scores = {"0.r0": 3.0, "1.r0": 1.0, "2.r0": 2.0}
    assert proposed(asha(), scores, free=3) == ["1.r1", "3.r0", "4.r0"]


def test_the_highest_rung_comes_first():
    scores = {f"{config}.r0": float(config) for config in range(9)}
    scores |= {"0.r1": 0.0, "1.r1": 1.0, "2.r1": 2.0}
    assert proposed(asha(12), scores) == ["0.r2"]


def test_a_promotion_that_runs_is_not_proposed_again():
    scores = {"0.r0": 3.0, "1.r0": 1.0, "2.r0": 2.0}
    assert proposed(asha(), scores, [*scores, "1.r1"]) == ["3.r0"]


def test_a_score_that_does_not_count_is_not_promoted():
    scores = {"0.r0": float("nan"), "1.r0": float("nan"), "2.r0": float("nan")}
    assert proposed(asha(3), scores) == []
    assert asha(3).done(ended(scores), scores)


def test_the_last_survivor_trains_to_the_end_although_it_is_in_no_top_third():
    search, scores = asha(2), {"0.r0": 2.0, "1.r0": 1.0}
    for expected in ("1.r1", "1.r2"):
        assert proposed(search, scores) == [expected]
        scores[expected] = 1.0
    assert proposed(search, scores) == []
    assert search.done(ended(scores), scores)
    assert search.best(ended(scores)) == "1.r2"


@pytest.mark.parametrize("cap", [3, 4, 5])
def test_the_cap_leaves_room_for_one_survivor(cap):
    search, scores = asha(9, cap), {}
    while trials := search.ask(ended(scores), scores, 1):
        scores[trials[0].key] = float(trials[0].config)
    assert len(scores) <= cap
    assert "0.r2" in scores


@pytest.mark.parametrize("key", ["9.r0", "0.r3", "0", "0.b0.r0", "0.r0.s0"])
def test_it_has_no_other_trials(key):
    with pytest.raises(TrackError, match="is not a trial of this sweep"):
        asha().trial(key, ())
    assert asha().trial("4.r1", ()).params == {"x": 4, "epochs": 3}
