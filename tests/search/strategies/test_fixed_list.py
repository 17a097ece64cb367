"""A list of configurations, each tried once, whatever the outcomes are."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.plan import Outcome, Rung, Trial
from gittrack.search.strategies.fixed_list import FixedList

THREE = FixedList(lambda number: {"x": number * 10}, 3, "minimize")


def ended(*keys):
    return [Outcome(key, float(key), order, "finished") for order, key in enumerate(keys)]


def test_it_proposes_what_was_not_started_in_order():
    assert THREE.ask((), (), 2) == (Trial("0", 0, {"x": 0}), Trial("1", 1, {"x": 10}))
    assert [trial.key for trial in THREE.ask((), {"1"}, 9)] == ["0", "2"]
    assert THREE.ask((), {"0", "1", "2"}, 1) == ()


@pytest.mark.parametrize("free", [0, -1])
def test_without_a_free_slot_it_proposes_nothing(free):
    assert THREE.ask((), (), free) == ()


def test_it_is_done_when_all_have_ended():
    assert not THREE.done(ended("0", "2"), {"0", "1", "2"})
    assert THREE.done(ended("2", "0", "1"), {"0", "1", "2"})


def test_the_best_and_the_budget():
    assert THREE.best(ended("2", "1")) == "1"
    assert THREE.table() == (Rung(0, 0, 3, None, None, None),)


@pytest.mark.parametrize("key", ["3", "0.r1", "0.s0", "x"])
def test_it_has_no_other_trials(key):
    assert THREE.trial("2", ()).params == {"x": 20}
    with pytest.raises(TrackError, match="is not a trial of"):
        THREE.trial(key, ())
