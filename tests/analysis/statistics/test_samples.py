"""Means, deviations and their intervals."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.statistics import samples

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


@given(NUMBERS)
def test_mean_and_deviation_are_those_of_the_standard_library(values):
    assert samples.mean(values) == pytest.approx(statistics.fmean(values), abs=1e-6)
    assert samples.deviation(values) == pytest.approx(statistics.stdev(values), rel=1e-6, abs=1e-6)


def test_the_mean_of_large_values_does_not_overflow():
    assert samples.mean([1.7e308, 1.7e308]) == 1.7e308
    assert samples.deviation([1.7e308, -1.7e308]) == math.inf


def test_equal_values_deviate_by_exactly_nothing():
    assert samples.deviation([0.1] * 3) == 0.0
    assert samples.is_constant([0.1 + 0.2, 0.3, 0.3])  # differ by rounding
    assert not samples.is_constant([0.3, 0.3001])


@given(NUMBERS.filter(lambda values: not samples.is_constant(values)))
def test_an_interval_contains_its_difference(values):
    interval = samples.paired_interval(values)
    assert interval.low <= interval.difference <= interval.high


def test_a_smaller_alpha_gives_a_wider_interval():
    a, b = [1.0, 2.0, 3.0], [4.0, 5.0, 7.0]
    wide, narrow = samples.welch_interval(a, b, 0.01), samples.welch_interval(a, b, 0.05)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_sides_of_welch_are_symmetric():
    a, b = [1.0, 2.0, 3.0], [4.0, 5.0, 7.0]
    there, back = samples.welch_interval(a, b), samples.welch_interval(b, a)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_an_interval_beyond_all_floats_is_unknown():
    interval = samples.paired_interval([1.7e308, -1.7e308, 1.7e308])
    assert math.isnan(interval.low)
    assert math.isnan(interval.difference)
