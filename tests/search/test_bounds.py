"""Numbers that limit a param: what is refused, and how draws are rounded."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search import bounds

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("value", [0, -1, 2.5, 10**300, sys.float_info.max])
def test_a_finite_number_is_returned_as_it_is(value):
    assert bounds.finite_number(value, "min") is value


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("1", "min is '1', which is not a number"),
        (True, "min is True, which is not a number"),
        (None, "min is None, which is not a number"),
        ([1] * 100, "..., which is not a number"),
        (math.nan, "min is nan"),
        (-math.inf, "min is -inf"),
        (10**400, "min is too large"),
    ],
)
def test_what_is_not_a_finite_number_is_refused_by_name(value, problem):
    with pytest.raises(TrackError) as caught:
        bounds.finite_number(value, "min")
    assert problem in caught.value.message
    assert caught.value.message.startswith("min is ")


def test_positive_is_above_zero():
    bounds.check_positive(5e-324, "q")
    for value in (0, -0.0, -1):
        with pytest.raises(TrackError, match=r"q is .*write a number above 0"):
            bounds.check_positive(value, "q")


def test_bounds_may_be_equal_but_not_swapped():
    bounds.check_order(2, 2)
    with pytest.raises(TrackError, match="min 3 is above max 2"):
        bounds.check_order(3, 2)


@pytest.mark.parametrize(
    ("low", "high", "q", "expected"),
    [
        (0, 10, 3, (0, 3)),
        (1, 10, 3, (1, 3)),
        (-7, 7, 2, (-3, 3)),
        (0.1, 0.3, 0.1, (1, 3)),  # 0.3 / 0.1 is 2.9999999999999996
        (0.4, 0.6, 1, (1, 0)),  # none
    ],
)
def test_multiples_between(low, high, q, expected):
    assert bounds.multiples_between(low, high, q) == expected


@given(finite)
def test_rounding_twice_changes_nothing(value):
    once = bounds.rounded(value)
    assert bounds.rounded(once) == once
    assert math.isclose(once, value, rel_tol=1e-11)


def test_whole_numbers_stay_whole():
    assert repr(bounds.rounded(10**20)) == "100000000000000000000"
    assert repr(bounds.multiple(7, 16)) == "112"
    assert repr(bounds.multiple(3, 0.1)) == "0.3"  # not 0.30000000000000004
    assert repr(bounds.multiple(3, 1.0)) == "3.0"
