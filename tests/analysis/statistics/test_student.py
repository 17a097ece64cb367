"""Student's t: tails and quantiles, against stored values and SciPy."""

import math

import pytest

from gittrack.analysis.statistics import samples, student

# The upper 2.5 % point, as printed in every table of the distribution.
TABLE = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 10: 2.2281, 30: 2.0423}
TABLE |= {120: 1.9799, 1e7: 1.9600}
FREEDOMS = (0.5, 1, 1.3, 2, 2.5, 3, 4.7, 8, 19, 38.4, 100, 1e5)


@pytest.mark.parametrize(("df", "t"), TABLE.items())
def test_quantiles_of_the_printed_table(df, t):
    assert student.quantile(0.05, df) == pytest.approx(t, abs=5e-5)


@pytest.mark.parametrize("df", FREEDOMS)
@pytest.mark.parametrize("alpha", [0.5, 0.05, 0.05 / 9, 1e-6])
def test_the_tails_beyond_a_quantile_are_what_was_asked(df, alpha):
    assert student.tails(student.quantile(alpha, df), df) == pytest.approx(alpha, rel=1e-9)


def test_the_ends():
    assert student.tails(0.0, 3) == 1.0
    assert student.tails(math.inf, 3) == 0.0
    assert student.tails(1e200, 3) == 0.0
    assert student.tails(-2.0, 3) == student.tails(2.0, 3)


@pytest.mark.parametrize("df", FREEDOMS)
def test_as_scipy_has_it(df):
    stats = pytest.importorskip("scipy.stats")
    for t in (0.01, 0.5, 1, 2, 3, 10, 1e3):
        assert student.tails(t, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-8)
        assert student.density(t, df) == pytest.approx(stats.t.pdf(t, df), rel=1e-8)
    for alpha in (0.2, 0.05, 0.001):
        assert student.quantile(alpha, df) == pytest.approx(stats.t.isf(alpha / 2, df), rel=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_intervals_as_scipy_has_them(seed):
    np, stats = pytest.importorskip("numpy"), pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(seed)
    a, b = draw.normal(1, 3, 3 + seed), draw.normal(0, 1, 3 + seed)
    theirs = stats.ttest_ind(a, b, equal_var=False)
    ours = samples.welch_interval(a.tolist(), b.tolist())
    assert ours.df == pytest.approx(theirs.df)
    assert ours[1:3] == pytest.approx(tuple(theirs.confidence_interval()))
    other = draw.normal(0, 2, len(a))
    ours = samples.paired_interval((a - other).tolist(), 0.01)
    assert ours[1:3] == pytest.approx(tuple(stats.ttest_rel(a, other).confidence_interval(0.99)))
    assert samples.deviation(a.tolist()) == pytest.approx(a.std(ddof=1))


def test_a_mean_of_equal_values_is_the_value():
    for value in (0.7, -0.1, 5e-324, 1.7976931348623157e308, 0.0):
        for n in range(1, 30):
            assert samples.deviation([value] * n) == 0.0
            assert samples.mean([value] * n) == pytest.approx(value, rel=1e-15)


def test_a_small_sample_limits_the_degrees_of_freedom():
    small, large = [1.0, 1.1, 1.2], [0.1 * n for n in range(20)]
    assert samples.welch_interval(small, large).df == 4
