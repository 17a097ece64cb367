"""Stopping from inside: halving on the curves themselves, and the median rule."""

from __future__ import annotations

import math

import pytest

from gittrack.analysis.stopping_rules import OtherTrial, should_stop
from gittrack.search import sampling
from gittrack.search.file import early_stopping
from gittrack.search.plan import EarlyTerminate

HYPERBAND = EarlyTerminate("hyperband", rungs=(3, 9), eta=3)
MEDIAN = EarlyTerminate("median", warmup=2, least=3)


def curve(*values, start=1):
    return [(step, float(value)) for step, value in enumerate(values, start)]


def others(*last, length=3, finished=False):
    return [OtherTrial(curve(*[value] * length), finished) for value in last]


@pytest.mark.parametrize("goal", ["maximize", "minimize"])
@pytest.mark.parametrize(
    ("own", "rivals", "stop"),
    [
        ((5, 5), (9, 9, 9), False),  # no rung yet
        ((5, 5, 5), (), False),
        ((5, 5, 5), (1,), False),
        ((5, 5, 5), (9,), True),
        ((5, 5, 5), (5,), False),  # a tie is not worse
        ((5, 5, 5), (9, 1, 1, 1), False),  # number 1 of 5, counted from 0
        ((5, 5, 5), (9, 9, 1, 1), True),  # number 2 of 5
        ((5, 5, 5), (9, 9, 1, 1, 1), False),  # number 2 of 6
        ((5, 5, 5, 0, 0), (4, 4), False),  # what counts is the value at the rung
        ((9, 9, 0), (5,), True),
        ((5, 5, math.nan), (), True),
        ((5, 5, 5), (math.nan, math.inf), False),
        ((), (9,), False),
    ],
)
def test_a_trial_goes_on_while_it_is_in_the_best_third_of_its_rung(goal, own, rivals, stop):
    sign = 1 if goal == "maximize" else -1
    mine = curve(*(sign * x for x in own))
    assert should_stop(HYPERBAND, goal, mine, others(*(sign * x for x in rivals))) is stop


def test_only_trials_that_reached_the_rung_are_compared():
    assert not should_stop(HYPERBAND, "maximize", curve(*[5] * 9), others(9, 9, 9, length=8))
    assert should_stop(HYPERBAND, "maximize", curve(*[5] * 9), others(9, length=9))


@pytest.mark.parametrize("goal", ["maximize", "minimize"])
@pytest.mark.parametrize(
    ("own", "averages", "stop"),
    [
        ((1,), (5, 5, 5), False),  # too early
        ((1, 1), (5, 5), False),  # too few to compare with
        ((1, 1), (5, 5, 5), True),
        ((5, 1), (5, 5, 5), False),  # the best so far counts, and must be strictly worse
        ((1, 4), (3, 5, 5, 3), False),
        ((1, 3.9), (3, 5, 5, 3), True),
        ((math.nan, math.nan), (5, 5, 5), True),
    ],
)
def test_a_trial_stops_below_the_median_of_what_the_finished_had_by_then(goal, own, averages, stop):
    sign = 1 if goal == "maximize" else -1
    mine = curve(*(sign * x for x in own))
    assert (
        should_stop(MEDIAN, goal, mine, others(*(sign * x for x in averages), finished=True))
        is stop
    )


def test_values_are_counted_and_steps_are_not():
    mine = [(step, 5.0) for step in (0, 500, 1000)]
    assert should_stop(HYPERBAND, "maximize", mine, others(9))
    assert not should_stop(HYPERBAND, "maximize", mine[:2], others(9))


def test_the_median_rule_looks_at_no_later_step_and_at_no_running_trial():
    rising = [OtherTrial(curve(0, 0, 9, 9, 9), finished=True)] * 3
    assert not should_stop(MEDIAN, "maximize", curve(1, 1), rising)
    assert not should_stop(MEDIAN, "maximize", curve(1, 1), others(5, 5, 5))


def wandb_curve(trial):
    """The curve of a trial of the stored sweep: 1 to 27 values."""
    level = sampling.unit(trial, 0, "trial")
    steps = range(1, 2 + (11 * trial + 26) % 27)
    return [(step, round(level + 0.3 * sampling.unit(trial, step, "step"), 3)) for step in steps]


@pytest.mark.parametrize(
    ("keys", "goal", "strict", "stopped"),
    [
        ({"min_iter": 3, "eta": 3}, "minimize", True, [2, 4, 6, 7, 12, 13, 14, 15]),
        ({"min_iter": 3, "eta": 3}, "minimize", False, [2, 4, 6, 7, 12, 13, 14, 15]),
        ({"min_iter": 3, "eta": 3}, "maximize", True, [1, 2, 3, 7, 8, 9, 11, 15]),
        ({"min_iter": 3, "eta": 3}, "maximize", False, [1, 3, 8, 9, 11, 15]),
        ({"min_iter": 1, "eta": 2}, "minimize", True, [4, 5, 7, 10, 12, 13]),
        ({"min_iter": 1, "eta": 2}, "minimize", False, [4, 5, 10, 12]),
        ({"min_iter": 1, "eta": 2}, "maximize", True, [0, 1, 2, 3, 6, 8, 9, 11, 15]),
        ({"min_iter": 1, "eta": 2}, "maximize", False, [0, 1, 3, 8, 9, 11, 15]),
        ({"max_iter": 27, "s": 2, "eta": 3}, "minimize", True, [2, 4, 6, 7, 12, 13, 14, 15]),
        ({"max_iter": 27, "s": 2, "eta": 3}, "minimize", False, [2, 4, 6, 7, 12, 13, 14, 15]),
        ({"max_iter": 27, "s": 2, "eta": 3}, "maximize", True, [0, 1, 2, 3, 7, 8, 9, 11, 15]),
        ({"max_iter": 27, "s": 2, "eta": 3}, "maximize", False, [0, 1, 3, 8, 9, 11, 15]),
        ({"max_iter": 20, "s": 3, "eta": 2}, "minimize", True, [4, 6, 10, 12, 13, 14]),
        ({"max_iter": 20, "s": 3, "eta": 2}, "minimize", False, [4, 6, 10, 12, 13, 14]),
        ({"max_iter": 20, "s": 3, "eta": 2}, "maximize", True, [0, 1, 3, 8, 9, 11, 15]),
        ({"max_iter": 20, "s": 3, "eta": 2}, "maximize", False, [0, 1, 3, 8, 9, 15]),
        ({"min_iter": 2, "eta": 4}, "minimize", True, [2, 3, 4, 6, 7, 10, 11, 12, 13, 14, 15]),
        ({"min_iter": 2, "eta": 4}, "minimize", False, [2, 4, 6, 7, 10, 11, 12, 13, 14, 15]),
        ({"min_iter": 2, "eta": 4}, "maximize", True, [0, 1, 2, 3, 6, 7, 8, 9, 11, 14, 15]),
        ({"min_iter": 2, "eta": 4}, "maximize", False, [0, 1, 2, 3, 7, 8, 9, 11, 15]),
        ({"min_iter": 3, "s": 2}, "minimize", True, [2, 4, 6, 7, 12, 13, 14, 15]),
        ({"min_iter": 3, "s": 2}, "minimize", False, [2, 4, 6, 7, 12, 13, 14, 15]),
        ({"min_iter": 3, "s": 2}, "maximize", True, [1, 2, 3, 7, 8, 9, 11, 15]),
        ({"min_iter": 3, "s": 2}, "maximize", False, [1, 3, 8, 9, 11, 15]),
        ({"min_iter": 2, "max_iter": 27, "s": 1}, "minimize", True, [2, 4, 6, 7, 12, 14]),
        ({"min_iter": 2, "max_iter": 27, "s": 1}, "minimize", False, [2, 4, 6, 7, 12, 14]),
        ({"min_iter": 2, "max_iter": 27, "s": 1}, "maximize", True, [0, 1, 2, 7, 9, 11]),
        ({"min_iter": 2, "max_iter": 27, "s": 1}, "maximize", False, [0, 1, 9, 11]),
    ],
)
def test_hyperband_stops_what_wandb_stops(keys, goal, strict, stopped):
    """Stored values of hyperband_stop_runs in the PyPI package sweeps 0.3.0."""
    found = {"type": "hyperband", "strict": strict, **keys}
    rule = early_stopping.read(found, "random").rule
    curves = [wandb_curve(trial) for trial in range(16)]
    others = [[OtherTrial(curve, False) for curve in curves if curve is not own] for own in curves]
    assert [n for n in range(16) if should_stop(rule, goal, curves[n], others[n])] == stopped
