"""Series made fit to look at."""

import math

import pytest
from helpers import floats
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.smoothing import smooth, sparkline, thin


def test_the_average_is_corrected_for_its_beginning():
    assert smooth([1.0, 1.0, 1.0], 0.9) == pytest.approx([1.0, 1.0, 1.0])
    # m1 = 0.5 * 0 + 0.5 * 2 = 1, / (1 - 0.5) = 2; m2 = 0.5 * 1 + 0.5 * 4 = 2.5, / (1 - 0.25)
    assert smooth([2.0, 4.0], 0.5) == pytest.approx([2.0, 10 / 3])


def test_no_weight_changes_nothing_and_gaps_stay():
    assert smooth([3.0, 1.0], 0.0) == [3.0, 1.0]
    found = smooth([1.0, math.nan, 1.0], 0.5)
    assert found[0] == found[2] == pytest.approx(1.0)
    assert math.isnan(found[1])


def test_thinning_keeps_peaks_and_order():
    points = [(float(n), 0.0) for n in range(10_000)]
    points[4321] = (4321.0, 9.0)
    found = thin(points, 50)
    assert len(found) <= 100
    assert (4321.0, 9.0) in found
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([1.0], ""),
        ([0.0, 1.0], "▁█"),
        ([1.0, 0.5, 0.0], "█▅▁"),
        ([2.0, 2.0, 2.0], "▁▁▁"),
        ([math.nan, 0.0, math.inf, 7.0], "▁█"),
    ],
)
def test_sparklines(values, line):
    assert sparkline(values) == line


@given(st.lists(floats, max_size=60))
def test_any_series_is_a_line_of_bars(values):
    assert len(sparkline(values, 8)) <= 8
