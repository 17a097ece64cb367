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
    return groups.group_runs(runs, over, lambda one: one.metrics["m"].last, **more)


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
        (0.0, 1),
        (2.0, 2),  # last, because one of its runs diverged
    ]
    assert found[3].params == {"lr": 0.1}
    assert found[3].deviation == pytest.approx(math.sqrt(2))  # the sample's: n - 1
    assert found[0].deviation is None


def test_a_group_holds_no_params_and_no_metrics_of_its_runs():
    (group,) = grouped(*(run(number, 1.0, lr=1, seed=number) for number in range(3)))
    assert group.runs[0] == groups.GroupedRun("20260101-000000-00000000", None, None)


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


def test_a_configuration_is_experiment_command_inputs_and_params():
    first = run(1, 1.0, lr=1, seed=0)._replace(command=("python", "a.py"), cwd=".")
    others = (
        first._replace(id="2", experiment="y"),
        first._replace(id="3", command=("python", "b.py")),
        first._replace(id="4", cwd="sub"),
        first._replace(id="5"),
        first._replace(id="6", params={"lr": 2, "seed": 0}),
    )
    assert len(grouped(first, *others, inputs={"5": ("data abc",)})) == 6
    same = first._replace(id="7", command=("/usr/bin/python3", "a.py", "--seed", "3", "--lr=1"))
    (group,) = grouped(first, same._replace(params={"lr": 1, "seed": 3}))
    assert group.values == (1.0, 1.0)


def test_one_notion_of_equal_values():
    shades = (1, 1.0, "1")
    (group,) = grouped(*(run(n, n / 10, lr=lr, seed=n) for n, lr in enumerate(shades)))
    assert len(group.values) == 3
    (group,) = grouped(run(1, 1.0, lr=0.1, seed=1), run(2, 2.0, lr=0.10000000149011612, seed=2))
    assert len(group.values) == 2


def test_only_finished_runs_count_and_those_that_diverged_are_counted():
    failed = run(9, 0.2, lr=1, seed=9)._replace(status="failed")
    going_on = run(8, 0.2, lr=1, seed=8)._replace(status="running")
    survivors = [run(n, 0.95 if n < 2 else math.nan, lr=1, seed=n) for n in range(5)]
    steady = [run(n, 0.93 + n / 1000, lr=2, seed=n) for n in range(5)]
    first, second = grouped(*survivors, failed, going_on, *steady)
    assert (first.params, second.params) == ({"lr": 2}, {"lr": 1})  # diverged is never best
    assert (len(second.values), second.diverged, second.unfinished, second.started) == (2, 3, 1, 6)
    assert groups.compare_groups(first, second) == (groups.DIVERGED, (2,))


def two(a, b, over="seed"):
    """Return two groups with these values, and different seeds."""
    return grouped(
        *(run(n, v, a=1, seed=n) for n, v in enumerate(a)),
        *(run(n, v, a=2, seed=100 + n) for n, v in enumerate(b)),
    )


def test_a_real_difference_is_more_than_noise():
    found = groups.compare_groups(*two([10, 10.1, 10, 10.1, 10], [1, 1.1, 1, 1.1, 1]))
    assert found.difference == pytest.approx(9)
    assert found.low < 9 < found.high
    assert found.more_than_noise


def test_noise_is_noise():
    values = [0.1, 0.9, 0.4, 0.6, 0.5]
    assert not groups.compare_groups(*two(values, [v + 0.01 for v in values])).more_than_noise


def test_welch_as_scipy_has_it():
    a, b = [0.91, 0.92, 0.905, 0.93, 0.915], [0.90, 0.87, 0.93]
    found = groups.compare_groups(*two(a, b))
    # scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    assert found[:3] == pytest.approx((0.016, -0.053164171, 0.085164171))
    assert not found.paired


def test_equal_seeds_are_compared_seed_by_seed():
    a, b = [0.92, 0.71, 0.83, 0.55], [0.90, 0.70, 0.80, 0.53]
    pair = grouped(
        *(run(n, v, a=1, seed=n) for n, v in enumerate(a)),
        *(run(n, v, a=2, seed=n) for n, v in enumerate(b)),
    )
    found = groups.compare_groups(*pair)
    # scipy.stats.ttest_rel(a, b).confidence_interval()
    assert found[:3] == pytest.approx((0.02, 0.007007717, 0.032992283))
    assert found.paired
    assert found.more_than_noise
    assert not groups.compare_groups(*two(a, b)).more_than_noise  # other seeds: Welch


def test_the_best_of_several_needs_more():
    pair = two([1.0, 1.1, 1.2], [0.8, 0.9, 0.7])
    alone, among = groups.compare_groups(*pair), groups.compare_groups(*pair, among=10)
    assert alone.more_than_noise
    assert not among.more_than_noise
    assert (alone.among, among.among) == (2, 10)


@pytest.mark.parametrize(
    ("a", "b", "reason", "places"),
    [
        ([1.0, 2.0], [1.0], groups.FEW, (1, 2)),
        ([3.0, 4.0, 5.0], [1.0, 2.0], groups.FEW, (2,)),
        ([0.7] * 3, [0.7] * 6, groups.CONSTANT, (1, 2)),
        ([0.8, 0.9, 0.85], [0.1 + 0.2, 0.3, 0.3], groups.CONSTANT, (2,)),
        ([1.7e308, 1.6e308, 1.7e308], [-1.7e308, -1.6e308, -1.7e308], groups.HUGE, (1, 2)),
    ],
)
def test_nothing_is_said_without_evidence(a, b, reason, places):
    assert groups.compare_groups(*two(a, b)) == (reason, places)


def test_values_near_the_largest_float_have_a_mean_and_a_deviation():
    (group,) = grouped(run(1, 1.7e308, seed=0), run(2, 1.7e308, seed=1), run(3, 1.5e308, seed=2))
    assert group.mean == pytest.approx(1.6333333e308)
    assert group.deviation == pytest.approx(1.1547e307, rel=1e-4)
