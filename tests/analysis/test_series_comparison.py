"""analysis/series_comparison: the result does not depend on the parts in which the points come."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.series_comparison import SeriesComparison

NUMBERS = st.sampled_from(
    [0, 1, 1.0, 1.00000001, 0.0, -0.0, math.nan, math.inf, 2**53 + 1, float(2**53)]
)
ROWS = st.lists(st.tuples(st.sampled_from([0, 1, 2.0]), NUMBERS), max_size=8)


def compared(a, b, size):
    comparison = SeriesComparison(1e-5, 1e-8)
    for side, rows in ((0, a), (1, b)):
        for start in range(0, max(1, len(rows)), size):
            part = rows[start : start + size]
            columns = ([step for step, _ in part], [value for _, value in part])
            comparison.add(side, "loss", *columns)
    assert comparison.points("loss") == len(a)
    return repr(comparison.results())


@given(ROWS, ROWS, st.integers(1, 5))
def test_parts_of_any_size_give_the_same_result(a, b, size):
    assert compared(a, b, size) == compared(a, b, 100)


@given(st.lists(st.floats() | st.just(-0.0), max_size=8), st.lists(st.floats(), max_size=8))
def test_arrays_give_the_same_result_as_lists(a, b):
    arrays = SeriesComparison(1e-5, 1e-8)
    for side, values in ((0, a), (1, b)):
        arrays.add(side, "loss", np.arange(len(values)), np.array(values, float))
    rows = ([*enumerate(values)] for values in (a, b))
    assert repr(arrays.results()) == compared(*rows, 100)


def test_a_final_value_is_a_point_if_the_last_one_differs():
    comparison = SeriesComparison(1e-5, 1e-8)
    for side in (0, 1):
        comparison.add(side, "loss", [0], [math.nan])
        comparison.add_final(side, "loss", math.nan)
    assert (comparison.points("loss"), comparison.results()) == (1, {"loss": (None, True)})
    comparison.add_final(1, "loss", 0.5)
    comparison.add_final(0, "acc", 0.5)
    divergences = {name: divergence for name, (divergence, _) in comparison.results().items()}
    assert divergences["loss"] == ("loss", math.inf, None, 0.5, math.inf)
    assert divergences["acc"] == ("acc", None, None, None, math.inf)
