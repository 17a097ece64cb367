"""Successive halving: a rung begins when the one before is complete, with its best."""

import math

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.plan import Outcome, Resource
from gittrack.search.strategies import rungs
from gittrack.search.strategies.halving import Halving, winner

RESTART = Resource("epochs", 1, 9)


def halving(resource=RESTART, count=9):
    bracket = rungs.halving(count, resource.min, resource.max, resource.eta)
    return Halving(lambda number: {"x": number}, (bracket,), "minimize", resource)


def ended(scores):
    """Outcomes of trials, by key; a score of None is a failed trial."""
    return [
        Outcome(key, score, order, "failed" if score is None else "finished")
        for order, (key, score) in enumerate(scores.items())
    ]


def keys(trials):
    return [trial.key for trial in trials]


FIRST = {f"{config}.r0": float(config) for config in range(9)}


def test_the_first_rung_is_every_configuration_with_the_least_budget():
    trials = halving().ask((), (), 20)
    assert keys(trials) == list(FIRST)
    assert trials[4].params == {"x": 4, "epochs": 1}
    assert {trial.budget for trial in trials} == {1}


def test_the_next_rung_waits_until_the_last_trial_has_ended():
    search = halving()
    incomplete = {key: score for key, score in FIRST.items() if key != "8.r0"}
    assert search.ask(ended(incomplete), FIRST, 20) == ()
    promoted = search.ask(ended(FIRST), FIRST, 20)
    assert keys(promoted) == ["0.r1", "1.r1", "2.r1"]
    assert {trial.params["epochs"] for trial in promoted} == {3}


def test_trials_whose_score_does_not_count_are_not_promoted():
    scores = {**FIRST, "0.r0": math.nan, "1.r0": None}
    assert keys(halving().ask(ended(scores), FIRST, 20)) == ["2.r1", "3.r1", "4.r1"]


def test_it_is_done_if_a_whole_rung_failed():
    scores = dict.fromkeys(FIRST)
    search = halving()
    assert search.ask(ended(scores), FIRST, 20) == ()
    assert search.done(ended(scores), FIRST)
    assert search.best(ended(scores)) is None


def test_the_best_has_the_largest_budget_even_if_a_short_trial_scored_better():
    assert halving().best(ended({**FIRST, "2.r1": 0.5})) == "2.r1"
    assert halving().best(ended({**FIRST, "2.r1": math.nan})) == "0.r0"


def test_in_mode_resume_a_trial_continues_from_its_previous_rung():
    search = halving(RESTART._replace(mode="resume"))
    assert search.trial("4.r0", ()).after is None
    assert search.trial("4.r2", ()).after == "4.r1"
    assert halving().trial("4.r2", ()).after is None


@pytest.mark.parametrize("key", ["9.r0", "0.r3", "0", "0.b0.r0", "0.r0.s0"])
def test_it_has_no_other_trials(key):
    with pytest.raises(TrackError, match="is not a trial of this sweep"):
        halving().trial(key, ())


def test_brackets_of_hyperband_do_not_wait_for_each_other():
    brackets = rungs.hyperband(1, 9, 3)
    search = Halving(lambda number: {"x": number}, brackets, "minimize", RESTART)
    first = search.ask((), (), 100)
    assert [trial.bracket for trial in first] == [2] * 9 + [1] * 5 + [0] * 3
    assert len({trial.config for trial in first}) == 17
    last_bracket = {trial.key: 1.0 for trial in first if trial.bracket == 2}
    started = [trial.key for trial in first]
    assert keys(search.ask(ended(last_bracket), started, 100)) == ["0.b2.r1", "1.b2.r1", "2.b2.r1"]


def test_the_winner_of_equal_scores_is_the_lower_configuration():
    outcomes = ended({"7.r0": 1.0, "3.r0": 1.0})
    assert winner(outcomes, "minimize", lambda key: 1) == "3.r0"
