"""The positions of values on an axis, and its labels."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.sweep_view import Axis
from gittrack.show.page import scale
from gittrack.show.page.scale import Scale

NUMBERS = st.lists(st.floats(-1e299, 1e299), min_size=1)


@given(NUMBERS)
def test_every_number_is_on_the_axis_and_every_tick_too(numbers):
    axis = scale.of_numbers(numbers, False)
    for position in (axis.position(number) for number in numbers):
        assert position is not None
        assert -1e-9 <= position <= 1 + 1e-9
    assert all(-1e-9 <= position <= 1 + 1e-9 for position, _ in axis.ticks())


def test_decades_are_evenly_spaced_on_a_logarithmic_axis():
    axis = Scale(0.001, 1.0, log=True)
    assert [axis.position(x) for x in (0.001, 0.1, 1.0)] == pytest.approx([0, 2 / 3, 1])
    assert [label for _, label in axis.ticks()] == ["0.001", "0.01", "0.1", "1"]


@pytest.mark.parametrize("value", [0, -1, math.nan, "text", None, True])
def test_a_value_that_does_not_fit_has_no_position(value):
    assert Scale(0.1, 10.0, log=True).position(value) is None


def test_a_single_number_is_in_the_middle():
    assert scale.of_numbers([5.0], False).position(5.0) == 0.5
    assert scale.of_numbers([5.0], True).position(5.0) == pytest.approx(0.5)


def test_choices_have_equal_room_and_numbers_among_them_are_sorted():
    axis = scale.of_axis(Axis("batch", "choice", values=(64, 8)), [32])
    assert axis.keys == ("8", "32", "64")
    assert [axis.position(choice) for choice in (8, 64, 7)] == pytest.approx([1 / 6, 5 / 6, None])


def test_scores_of_very_different_size_get_a_logarithmic_axis():
    assert scale.of_scores([0.01, 1.0]).log
    assert not scale.of_scores([0.1, 1.0]).log
    assert not scale.of_scores([-1.0, 100.0]).log


@pytest.mark.parametrize(
    ("value", "label"), [(0, "0"), (0.001, "0.001"), (1e-5, "1e-5"), (20000, "20000"), (1e9, "1e9")]
)
def test_numbers_have_short_labels(value, label):
    assert scale.number_label(value) == label
