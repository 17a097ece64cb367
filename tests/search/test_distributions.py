"""A distribution maps (0, 1) to its values, lists them if they can be counted, and writes itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search.distributions import Choice, Integers, Normal, Uniform
from gittrack.search.file import command_line, parameters

quantiles = st.floats(0, 1, exclude_min=True, exclude_max=True)
ALL = [
    Choice(("adam", "sgd", None, 3)),
    Choice((1, 2, 4), (0.5, 0.75, 1.0)),
    Integers(1, 10, 3),
    Uniform(0.0, 1.0),
    Uniform(0.0, 1.0, step=0.1),
    Uniform(0.0, 10.0, q=2.5),
    Uniform(1e-5, 0.1, log=True),
    Normal(0.0, 1.0),
    Normal(0.0, 1.0, log=True),
]


@pytest.mark.parametrize("distribution", ALL, ids=lambda d: d.text())
def test_a_value_that_can_be_counted_is_in_the_grid(distribution):
    @given(quantiles)
    def check(u):
        values = distribution.grid()
        assert values is None or distribution.at(u) in values

    check()


@pytest.mark.parametrize(
    "distribution", [d for d in ALL if not isinstance(d, Choice)], ids=lambda d: d.text()
)
def test_a_quantile_function_never_decreases(distribution):
    @given(quantiles, quantiles)
    def check(u, v):
        low, high = sorted((u, v))
        assert distribution.at(low) <= distribution.at(high)

    check()


@pytest.mark.parametrize("distribution", ALL, ids=lambda d: d.text())
def test_the_command_line_reads_what_a_distribution_writes(distribution):
    if isinstance(distribution, Choice) and distribution.cumulated:
        pytest.skip("the command line has no probabilities")
    text = f"x={distribution.text()}"
    (read,) = parameters.read(command_line.parameters([text]))[0].values()
    assert read == distribution


def test_grids():
    assert Integers(1, 10, 3).grid() == (1, 4, 7, 10)
    assert Integers(1, 9, 3).grid() == (1, 4, 7)
    assert Uniform(0, 1, step=0.25).grid() == (0, 0.25, 0.5, 0.75, 1)
    assert Uniform(1, 10, q=4).grid() == (4, 8)
    assert Uniform(0, 1).grid() is None
    assert Normal(0, 1, q=1).grid() is None


@pytest.mark.parametrize("distribution", [Integers(1, 10**7), Uniform(0.0, 1.0, step=1e-7)])
def test_a_grid_has_at_most_a_million_values(distribution):
    with pytest.raises(TrackError, match=r"has 10,000,00. values.*larger step"):
        distribution.grid()


def test_probabilities_decide_how_often_a_value_is_drawn():
    weighted = Choice(("often", "rarely"), (0.9, 1.0))
    assert [weighted.at(u) for u in (0.001, 0.899, 0.9, 0.999)] == [
        "often",
        "often",
        "rarely",
        "rarely",
    ]


def test_probabilities_that_do_not_quite_add_up_to_one_lose_no_value():
    assert Choice(("a", "b"), (0.5, 0.9999999)).at(1 - 2**-53) == "b"


@given(st.floats(-1e6, 1e6))
def test_the_nearest_value_is_a_value(number):
    stepped = Uniform(0.0, 1.0, step=0.1)
    nearest = stepped.nearest(number)
    assert nearest in stepped.grid()
    assert all(
        abs(nearest - number) <= abs(value - number) * (1 + 1e-9) for value in stepped.grid()
    )


def test_a_logarithmic_range_is_halved_at_its_geometric_mean():
    assert math.isclose(Uniform(1e-4, 1.0, log=True).at(0.5), 1e-2)
