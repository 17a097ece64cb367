"""A search that ends at a target starts nothing more once a score is good enough."""

import pytest

from gittrack.search.plan import Outcome
from gittrack.search.strategies.fixed_list import FixedList
from gittrack.search.strategies.target import UntilTarget


def until(goal, target=0.5):
    return UntilTarget(FixedList(lambda number: {"x": number}, 3, goal), target, goal)


def ended(score, status="finished"):
    return [Outcome("0", score, 0, status)]


@pytest.mark.parametrize(
    ("goal", "score", "reached"),
    [
        ("minimize", 0.5, True),
        ("minimize", 0.4, True),
        ("minimize", 0.6, False),
        ("maximize", 0.5, True),
        ("maximize", 0.4, False),
        ("maximize", float("inf"), False),
        ("minimize", None, False),
    ],
)
def test_a_score_at_least_as_good_as_the_target_ends_the_search(goal, score, reached):
    search = until(goal)
    assert (search.ask(ended(score), {"0"}, 1) == ()) is reached
    assert search.done(ended(score), {"0"}) is reached


def test_a_failed_trial_does_not_reach_it():
    assert until("minimize").ask(ended(0.0, "failed"), {"0"}, 1) != ()


def test_running_trials_may_finish():
    search = until("minimize")
    assert search.ask(ended(0.1), {"0", "1"}, 1) == ()
    assert not search.done(ended(0.1), {"0", "1"})


def test_everything_else_is_the_inner_strategys():
    search = until("minimize")
    assert search.size is None
    assert search.best(ended(0.1)) == "0"
    assert search.trial("2", ()).params == {"x": 2}
    assert search.table() == search.inner.table()
