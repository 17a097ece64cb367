"""Groups of runs, and whether one is better than another by more than noise."""

import math

import pytest

from gittrack.analysis import groups
from gittrack.core.run.run_info import Metric, RunInfo


def run(number, value, **params):
    metric = Metric(value, value, value, 0, 1)
    return RunInfo(
        f"20260101-000000-{number:08x}", "x", "finished", params=params, metrics={"m": metric}
    )


def grouped(*runs, over=("seed",), **more):
    return groups.grouped(runs, over, lambda one: one.metrics["m"].last, **more)


def test_equal_in_all_params_but_these():
    found = grouped(
        run(1, 1.0, lr=0.1, seed=0),
        run(2, 3.0, lr=0.1, seed=1),
        run(3, 9.0, lr=0.2, seed=0),
        run(4, 9.5, lr=True, seed=0),  # true is not 1, as everywhere
        run(5, 0.0, lr=1, seed=0),
        run(6, math.nan, lr=0.1, seed=2),
    )
    assert [(group.mean, len(group.runs)) for group in found] == [
        (9.5, 1),
        (9.0, 1),
        (2.0, 2),
        (0.0, 1),
    ]
    assert found[2].params == {"lr": 0.1}
    assert found[2].deviation == pytest.approx(math.sqrt(2))  # the sample's: n - 1
    assert found[0].deviation is None


def test_a_rerun_is_no_further_sample():
    first = run(1, 1.0, lr=1, seed=0)
    again = run(2, 1.0, lr=1, seed=0)._replace(reproduces=first.id)
    (group,) = grouped(first, again, run(3, 2.0, lr=1, seed=1))
    assert (group.values, group.reruns, group.repeated) == ((1.0, 2.0), 1, False)
    (alone,) = grouped(again)  # where the first is not among them
    assert (alone.values, alone.reruns) == ((1.0,), 0)
    (group,) = grouped(first, again._replace(reproduces=None))
    assert (group.values, group.repeated) == ((1.0, 1.0), True)


def test_the_smallest_mean_first():
    found = grouped(run(1, 1.0, a=1), run(2, 2.0, a=2), smallest=True)
    assert [group.mean for group in found] == [1.0, 2.0]


def test_a_real_difference_is_more_than_noise():
    far = grouped(
        *(run(n, 10 + n % 2 / 10, a=1) for n in range(5)),
        *(run(n, 1 + n % 2 / 10, a=2) for n in range(5)),
    )
    found = groups.compared(*far)
    assert found.difference == pytest.approx(9)
    assert found.low < 9 < found.high
    assert found.more_than_noise


def test_noise_is_noise_and_always_the_same():
    values = [0.1, 0.9, 0.4, 0.6, 0.5]
    near = grouped(
        *(run(n, v, a=1) for n, v in enumerate(values)),
        *(run(n, v + 0.01, a=2) for n, v in enumerate(values)),
    )
    found = groups.compared(*near)
    assert not found.more_than_noise
    assert groups.compared(*near) == found


def test_a_single_run_proves_nothing():
    assert groups.compared(*grouped(run(1, 1.0, a=1), run(2, 2.0, a=2))) is None
