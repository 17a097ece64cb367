"""``early_terminate``: after how many values trials are compared, as W&B computes it."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.file import early_stopping


def rungs(**rule):
    return early_stopping.read({"type": "hyperband", **rule}, "random").rule.rungs


def test_without_a_rule_no_trial_stops():
    assert early_stopping.read(None, "random") == (None, ())
    assert early_stopping.read(None, "halving") == (None, ())


def test_min_iter_alone_is_multiplied_by_eta_without_end():
    assert rungs(min_iter=3)[:4] == (3, 9, 27, 81)
    assert rungs(min_iter=3, eta=2)[:3] == (3, 6, 12)


@pytest.mark.parametrize(
    ("high", "expected"),
    [(3, (3,)), (8, (3,)), (9, (3, 9)), (80, (3, 9, 27)), (81, (3, 9, 27, 81))],
)
def test_max_iter_is_the_last_step_that_can_be_compared(high, expected):
    assert rungs(min_iter=3, max_iter=high) == expected


@pytest.mark.parametrize(
    ("s", "expected"), [(1, (9,)), (2, (3, 9)), (3, (1, 3, 9)), (9, (1, 3, 9))]
)
def test_max_iter_and_s_count_back_from_the_end(s, expected):
    assert rungs(max_iter=27, s=s) == expected


def test_a_key_without_effect_is_reported_as_wandb_ignores_it():
    beside = early_stopping.read({"type": "hyperband", "min_iter": 3, "s": 2}, "grid")
    assert beside.remarks == ("early_terminate: s has no effect beside min_iter, as with W&B",)
    rule = {"type": "hyperband", "min_iter": 3, "max_iter": 27, "s": 2}
    all_three = early_stopping.read(rule, "grid")
    assert all_three.rule.rungs == (3, 9)
    assert "min_iter has no effect beside max_iter and s" in all_three.remarks[0]


def test_the_median_rule_has_defaults():
    rule = early_stopping.read({"type": "median"}, "optuna").rule
    assert (rule.kind, rule.warmup, rule.least) == ("median", 0, 3)
    rule = early_stopping.read({"type": "median", "min_iter": 5, "min_trials": 1}, "grid").rule
    assert (rule.warmup, rule.least) == (5, 1)


@pytest.mark.parametrize("method", ["halving", "hyperband", "asha"])
def test_methods_that_stop_trials_themselves_take_no_rule(method):
    with pytest.raises(TrackError, match=f"method {method} stops trials itself"):
        early_stopping.read({"type": "median"}, method)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ([], "early_terminate is [], which is not a mapping"),
        ({}, "early_terminate has the unknown type None"),
        ({"type": "hyper"}, "early_terminate has the unknown type 'hyper'"),
        ({"type": "hyperband"}, "early_terminate does not say when to compare trials"),
        ({"type": "hyperband", "s": 2}, "early_terminate does not say when to compare trials"),
        ({"type": "hyperband", "min_iter": 0}, "min_iter is 0"),
        ({"type": "hyperband", "min_iter": 9, "max_iter": 3}, "min_iter 9 is above max_iter 3"),
        ({"type": "hyperband", "max_iter": 2, "s": 1}, "max_iter 2 is less than eta 3"),
        ({"type": "hyperband", "min_iter": 1, "strict": "yes"}, "strict is 'yes'"),
        ({"type": "hyperband", "min_iter": 1, "eta": 1}, "eta is 1"),
        ({"type": "median", "eta": 3}, "early_terminate has the unknown key 'eta'"),
    ],
)
def test_mistakes(rule, problem):
    with pytest.raises(TrackError) as caught:
        early_stopping.read(rule, "random")
    assert caught.value.message == problem
