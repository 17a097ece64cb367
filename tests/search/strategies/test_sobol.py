"""search/strategies/sobol: evenly spread points, shifted by bits that depend only on seed and name."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.distributions import Choice, Integers, Normal, Uniform
from gittrack.search.strategies import sobol

pytestmark = pytest.mark.skipif(find_spec("scipy") is None, reason="an extra")
UNIT = Uniform(0.0, 1.0)


def points(space, seed: int = 0, count: int = 16) -> list[dict]:
    propose = sobol.proposer(space, seed, count)
    return [propose(index) for index in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64])
def test_as_many_points_as_needed_and_all_different(count):
    values = [point["x"] for point in points({"x": UNIT}, count=count)]
    assert len(set(values)) == count


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_the_first_points_fill_the_halves_quarters_and_so_on(seed):
    values = [point["x"] for point in points({"x": UNIT}, seed, 16)]
    for parts in (2, 4, 8, 16):
        assert len({int(value * parts) for value in values[:parts]}) == parts


def test_every_value_of_a_choice_comes_equally_often():
    values = [point["c"] for point in points({"c": Choice(("a", "b", "c", "d"))}, count=32)]
    assert [values.count(value) for value in "abcd"] == [8, 8, 8, 8]


def test_params_have_the_order_of_the_file_and_values_of_their_distributions():
    space = {"z": Integers(1, 9, 2), "a": UNIT, "n": Normal(0.0, 1.0), "f": Choice(("only",))}
    for point in points(space):
        assert list(point) == ["z", "a", "n", "f"]
        assert point["z"] in (1, 3, 5, 7, 9)
        assert 0 < point["a"] < 1
        assert point["f"] == "only"


def test_a_param_with_one_value_takes_no_dimension():
    fixed = {"first": Choice((3,)), "second": Integers(2, 2), "third": Uniform(1.0, 1.0)}
    alone = points({"x": UNIT, "y": UNIT})
    among = points({**fixed, "x": UNIT, "y": UNIT})
    assert [{name: point[name] for name in "xy"} for point in among] == alone


def test_a_space_without_choice_has_the_same_point_again():
    assert points({"x": Choice((3,))}, count=3) == [{"x": 3}] * 3


def test_seeds_and_names_shift_the_points():
    first = points({"x": UNIT}, seed=1)
    assert first == points({"x": UNIT}, seed=1)
    assert first != points({"x": UNIT}, seed=2)
    assert [point["x"] for point in first] != [point["y"] for point in points({"y": UNIT}, seed=1)]


def test_more_points_than_the_sequence_has_are_refused():
    with pytest.raises(
        TrackError, match="not available for 1,048,577 points of 1 params"
    ) as caught:
        sobol.proposer({"x": UNIT}, 0, (1 << 20) + 1)
    assert caught.value.hint == "the limit is 1,048,576 points of 21,201 params"


@pytest.mark.parametrize(
    ("distribution", "varies"),
    [
        (Choice((1,)), False),
        (Choice((1, 1)), True),
        (Integers(5, 5), False),
        (Integers(5, 6), True),
        (Uniform(2.0, 2.0), False),
        (Normal(0.0, 1.0), True),
    ],
)
def test_what_varies(distribution, varies):
    assert sobol._varies(distribution) is varies
