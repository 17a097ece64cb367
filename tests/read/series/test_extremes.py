"""read/series: of many points a chart gets the extremes of each column, in whatever order they come."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.analysis.smoothing import smooth
from gittrack.core.run import series
from gittrack.read.series.curve import ChartView, thinned
from gittrack.read.series.extremes import Extremes

X = st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.integers(0, 5)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.tuples(X, st.floats(-10, 10)), max_size=60), max_size=5))
def test_two_points_of_each_column_and_no_peak_is_lost(parts):
    extremes = Extremes(10)
    points = []
    for part in parts:
        extremes.add(*(np.array([point[axis] for point in part], float) for axis in (0, 1)))
        points += [(float(x), y) for x, y in part]
    thin = extremes.points()
    assert [x for x, _ in thin] == sorted(x for x, _ in thin)
    assert set(thin) <= set(points)
    if points:
        assert len(thin) <= 4 * 10 + 2
        for extreme in (min, max):
            assert extreme(y for _, y in thin) == extreme(y for _, y in points)
            # The ends of x are within a column of the ends of the points.
            end, thin_end = extreme(x for x, _ in points), extreme(x for x, _ in thin)
            assert abs(end - thin_end) <= (max(points)[0] - min(points)[0]) / 10


def test_columns_of_even_width_are_all_there():
    extremes = Extremes(100)
    for start in range(0, 100_000, 1_000):
        x = np.arange(start, start + 1_000, dtype=float)
        extremes.add(x, np.sin(x))
    x = [point[0] for point in extremes.points()]
    assert 200 <= len(x) <= 400
    assert max(np.diff(x)) < 1_000


@pytest.mark.parametrize(("by_time", "log", "weight"), [(False, False, 0.0), (True, True, 0.9)])
def test_a_curve_that_fits_is_the_curve_point_by_point(by_time, log, weight):
    values = [0.5, math.nan, 2, -1.0, 3.0, math.inf, 0.25]
    lines = [
        series.line(name, v, 5 - s, s / 2) for s, v in enumerate(values) for name in ("a", "b")
    ]
    rows = [(s / 2 if by_time else 5 - s, y) for s, y in enumerate(smooth(values, weight))]
    fits = [(x, y) for x, y in rows if math.isfinite(y) and (y > 0 or not log)]
    points, left_out = thinned(["".join(lines).encode()], "a", ChartView(by_time, log, weight, 100))
    assert (points, left_out) == (sorted(fits), len(values) - len(fits))
