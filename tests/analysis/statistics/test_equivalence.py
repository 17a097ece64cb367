"""CONSISTENT, DIFFERENT and UNKNOWN: against SciPy and statsmodels, and by simulation."""

import math
import random

import pytest

from gittrack.analysis.statistics import equivalence, samples
from gittrack.analysis.statistics.equivalence import compare_means, overall, prediction_interval
from gittrack.analysis.verdict import CONSISTENT, DIFFERENT, LEVELS, ORDER, UNKNOWN

RERUNS = (0.91, 0.905, 0.915, 0.908, 0.912)


@pytest.mark.parametrize(
    ("originals", "margin", "level"),
    [
        ((0.91,), 0.05, CONSISTENT),
        ((0.91, 0.909, 0.913), 0.02, CONSISTENT),
        ((0.91,), 0.005, UNKNOWN),
        ((0.80,), 0.01, DIFFERENT),
        ((1.02,), 0.01, DIFFERENT),
        ((0.80, 0.81, 0.805), 0.01, DIFFERENT),
        ((0.80, 0.81, 0.805), 0.1, UNKNOWN),  # the difference is about the margin
    ],
)
def test_the_level(originals, margin, level):
    result = compare_means(originals, RERUNS, margin)
    assert result.level == level
    assert result.low < result.difference < result.high
    assert result.difference == pytest.approx(samples.mean(RERUNS) - samples.mean(originals))


@pytest.mark.parametrize(
    ("originals", "reruns", "reason"),
    [
        ((math.nan,), RERUNS, "the original diverged"),
        ((0.9,), (*RERUNS, math.inf), "1 of 6 reruns diverged"),
        ((0.9,), RERUNS[:2], "2 reruns are too few: at least 3 are needed"),
        ((0.9,), (), "0 reruns are too few: at least 3 are needed"),
        ((0.9,), (0.9,) * 5, "all reruns have the same value, so the seed has no effect on it"),
        ((1.7e308,), (-1.7e308, -1.6e308, -1.5e308), "the values are too large"),
    ],
)
def test_no_claim(originals, reruns, reason):
    result = compare_means(originals, reruns, 0.1)
    assert (result.level, result.reason, result.needed) == (UNKNOWN, reason, None)


def test_the_order_of_several_metrics():
    results = {level: equivalence.Equivalence(level, 1, (), ()) for level in ORDER}
    assert overall({"a": results[CONSISTENT]}) == CONSISTENT
    assert overall({"a": results[CONSISTENT], "b": results[UNKNOWN]}) == UNKNOWN
    assert overall({"a": results[DIFFERENT], "b": results[UNKNOWN]}) == DIFFERENT


def test_consistent_is_no_proof_of_equal_results():
    assert ORDER.index("CLOSE") < ORDER.index(CONSISTENT) < ORDER.index(UNKNOWN)
    assert CONSISTENT not in (*LEVELS["exact"], *LEVELS["close"])


def test_more_metrics_make_different_harder_and_not_consistent():
    reruns = (0.90, 0.92, 0.91)
    assert compare_means((0.815,), reruns, 0.01).level == DIFFERENT
    assert compare_means((0.815,), reruns, 0.01, metrics=20).level == UNKNOWN
    assert compare_means((0.91,), reruns, 0.05, metrics=20).level == CONSISTENT


@pytest.mark.parametrize("seed", range(10))
def test_as_statsmodels_has_it(seed):
    """TOST with Welch's t: the larger p value is below 5 % exactly if the level is CONSISTENT."""
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    draw = random.Random(seed)
    a, b = ([draw.gauss(0.9, 0.01) for _ in range(5)] for _ in range(2))
    theirs = weightstats.CompareMeans.from_data(b, a)
    result = compare_means(a, b, 0.01)
    ours = samples.welch_interval(b, a, 0.1)
    if ours.df == pytest.approx(theirs.dof_satt()):  # our limit of the degrees does not act
        interval = theirs.tconfint_diff(alpha=0.1, usevar="unequal")
        assert (result.low, result.high) == pytest.approx(interval)
        p = weightstats.ttost_ind(b, a, -0.01, 0.01, usevar="unequal")[0]
        assert (result.level == CONSISTENT) == (p < 0.05)


@pytest.mark.parametrize("seed", range(10))
def test_a_single_original_as_scipy_has_it(seed):
    """The interval is the usual two-sample t with equal variances, in which one sample has one value."""
    stats = pytest.importorskip("scipy.stats")
    draw = random.Random(seed)
    reruns = [draw.gauss(2, 0.5) for _ in range(3 + seed)]
    interval = prediction_interval(1.8, reruns, 0.1)
    theirs = stats.ttest_ind(reruns, [1.8], equal_var=True)
    assert interval.df == theirs.df
    assert interval[1:3] == pytest.approx(tuple(theirs.confidence_interval(0.9)))


def test_the_number_of_seeds_that_is_needed_decides_as_often_as_it_promises():
    draw = random.Random(5)
    originals = (0.89, 0.91) * 10
    first = (0.89, 0.91, 0.905, 0.895)
    result = compare_means(originals, first, 0.007)
    assert result.level == UNKNOWN
    assert result.needed is not None
    assert result.needed > 4
    spread, centre = samples.deviation(first), samples.mean(first)
    decided = sum(
        compare_means(
            originals, [draw.gauss(centre, spread) for _ in range(result.needed)], 0.007
        ).level
        != UNKNOWN
        for _ in range(200)
    )
    assert 0.7 < decided / 200 < 0.97


def test_a_single_original_can_be_too_little_for_any_number_of_reruns():
    result = compare_means((0.91,), RERUNS, 0.001)
    assert (result.level, result.needed) == (UNKNOWN, None)


def rates(difference: float, margin: float, originals: int, reruns: int, count: int) -> dict:
    """Return how often each level results for normal values with deviation 1."""
    draw = random.Random(f"{difference} {margin} {originals} {reruns}")
    levels = [
        compare_means(
            [draw.gauss(0, 1) for _ in range(originals)],
            [draw.gauss(difference, 1) for _ in range(reruns)],
            margin,
        ).level
        for _ in range(count)
    ]
    return {level: levels.count(level) / count for level in (CONSISTENT, DIFFERENT, UNKNOWN)}


@pytest.mark.parametrize("sizes", [(1, 5), (5, 5)])
def test_wrong_claims_are_rare(sizes):
    at_margin = rates(3.0, 3.0, *sizes, 400)
    assert at_margin[CONSISTENT] <= 0.08  # 5 %, and what 400 simulations vary by
    assert at_margin[DIFFERENT] <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("margin", [0.1, 1.0, 4.0, 10.0])
@pytest.mark.parametrize("sizes", [(1, 3), (1, 5), (1, 20), (3, 3), (5, 5), (3, 20), (20, 20)])
def test_the_rate_of_wrong_claims(sizes, margin):
    """At the margin, where it is highest: CONSISTENT is wrong there, and just inside DIFFERENT is."""
    at_margin = rates(margin, margin, *sizes, 4000)
    assert at_margin[CONSISTENT] <= 0.06
    assert at_margin[DIFFERENT] <= 0.06
