"""The best value of a training so far."""

import math

import pytest

from gittrack.integrations.base.best_value import BestValue


@pytest.mark.parametrize(
    ("name", "values", "step"),
    [("val_loss", (3.0, 1.0, 2.0), 1), ("accuracy", (0.1, 0.9, 0.5), 1), ("x", (3.0, 2.0, 2.0), 1)],
)
def test_the_name_decides_which_direction_is_better(name, values, step):
    best = BestValue()
    for index, value in enumerate(values):
        best.see(name, value, index)
    assert best.summary() == {"best_iteration": step, "best_score": values[step]}


def test_the_framework_decides_if_it_knows():
    best = BestValue()
    assert [
        best.see("score", value, step, larger=True) for step, value in enumerate((1, 3, 2))
    ] == [*(True, True, False)]


def test_only_one_metric_is_followed_and_nan_is_never_best():
    best = BestValue("b")
    assert not best.see("a", 1.0, 0)
    assert not best.see("b", math.nan, 0)
    assert best.summary() == {}
    assert best.see("b", 2.0, 1)
