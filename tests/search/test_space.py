"""Distributions: what they draw is distributed as they say, within their bounds, and the same for ever."""

from __future__ import annotations

import math
from collections import Counter
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search import sampling, space

DRAWS = [sampling.unit(3, index, "x") for index in range(4000)]
units = st.floats(0, 1, exclude_min=True, exclude_max=True)


def deviation(values, cdf):
    """The Kolmogorov-Smirnov statistic times the root of n; above 1.95 in one case of 1,000."""
    ranked = sorted(values)
    n = len(ranked)
    steps = ((cdf(x), place) for place, x in enumerate(ranked))
    return max(max(p - i / n, (i + 1) / n - p) for p, i in steps) * math.sqrt(n)


@pytest.mark.parametrize(
    ("one", "cdf"),
    [
        (space.uniform(-2, 3), lambda x: (x + 2) / 5),
        (space.log_uniform(1e-5, 1e-1), lambda x: (math.log10(x) + 5) / 4),
        (space.normal(2, 0.5), NormalDist(2, 0.5).cdf),
        (space.log_normal(1, 0.25), lambda x: NormalDist(1, 0.25).cdf(math.log(x))),
    ],
    ids=["uniform", "log_uniform", "normal", "log_normal"],
)
def test_what_is_drawn_is_distributed_as_declared(one, cdf):
    assert deviation([one.at(u) for u in DRAWS], cdf) < 1.95


@pytest.mark.parametrize(
    ("one", "shares"),
    [
        (space.choice(["a", "b", "c"]), {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
        (space.choice(["a", "b", "c"], [0.7, 0, 0.3]), {"a": 0.7, "c": 0.3}),
        (space.randint(-1, 1), {-1: 1 / 3, 0: 1 / 3, 1: 1 / 3}),
        (space.randint(16, 40, 8), {16: 0.25, 24: 0.25, 32: 0.25, 40: 0.25}),
        (space.uniform(0, 0.3, 0.1), {0: 0.25, 0.1: 0.25, 0.2: 0.25, 0.3: 0.25}),
        # W&B's: the nearest multiple, so the ends get half as much.
        (space.uniform(0, 3, q=1), {0: 1 / 6, 1: 1 / 3, 2: 1 / 3, 3: 1 / 6}),
        (space.uniform(1, 2, q=0.5), {1: 0.25, 1.5: 0.5, 2: 0.25}),
    ],
    ids=["choice", "probabilities", "randint", "randint-step", "step", "q", "q-float"],
)
def test_shares_are_as_declared(one, shares):
    found = Counter(one.at(u) for u in DRAWS)
    assert found.keys() == shares.keys()
    n = len(DRAWS)
    assert sum((found[x] - n * p) ** 2 / (n * p) for x, p in shares.items()) < 16.3  # 1 in 1,000


@given(u=units, low=st.floats(-1e9, 1e9), width=st.floats(0, 1e9), q=st.floats(1e-3, 1e3))
def test_nothing_is_drawn_outside_of_the_bounds(u, low, width, q):
    high = low + width
    assert low <= space.uniform(low, high).at(u) <= high
    assert low <= space.uniform(low, high, q).at(u) <= high
    whole = space.randint(math.floor(low), math.ceil(high), 7)
    assert whole.low <= whole.at(u) <= whole.high
    if low > 0:
        assert low <= space.log_uniform(low, high).at(u) <= high


@given(low=st.integers(-50, 50), count=st.integers(0, 30), step=st.integers(1, 9), u=units)
def test_what_is_drawn_is_in_the_grid(low, count, step, u):
    whole = space.randint(low, low + count, step)
    assert whole.at(u) in whole.grid()
    assert whole.grid() == tuple(range(low, low + count + 1, step))
    tenths = space.uniform(low / 10, (low + count) / 10, step / 10)
    assert tenths.at(u) in tenths.grid()
    assert len(tenths.grid()) == count // step + 1


def test_types_are_those_of_the_bounds():
    half = 0.5
    assert repr(space.uniform(0, 1).at(half)) == "0.5"
    assert repr(space.uniform(0, 1, q=1).at(0.9)) == "1"
    assert repr(space.uniform(0, 1, q=1.0).at(0.9)) == "1.0"
    assert repr(space.randint(1, 2**80).at(half)) == repr(2**79 + 1)
    assert space.choice([[1, 2], {"a": None}, True]).at(half) == {"a": None}


def test_floats_are_short():
    assert space.log_uniform(1e-5, 1e-1).at(1 / 3) == 0.000215443469003


def test_large_ranges_are_not_listed():
    with pytest.raises(TrackError, match=r"^randint\(0,1000000000000\) has 1,000,000,000,001 val"):
        space.randint(0, 10**12).grid()
    assert space.uniform(0, 1).grid() is None
    assert space.normal().grid() is None


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: space.choice([]), "a choice of no values"),
        (lambda: space.choice([1, 2], [1]), "2 values with 1 probabilities"),
        (lambda: space.choice([1, 2], [0.5, 0.6]), "the probabilities add up to 1.1"),
        (lambda: space.choice([1, 2], [-1, 2]), "the probabilities add up to 1"),
        (lambda: space.uniform(1, 0), "min 1 is above max 0"),
        (lambda: space.uniform(0, math.inf), "max is inf"),
        (lambda: space.uniform(0, "1"), "max is '1', which is not a number"),
        (lambda: space.uniform(0, True), "max is True, which is not a number"),
        (lambda: space.uniform(0, 1, 0), "the step is 0"),
        (lambda: space.uniform(0.1, 0.2, q=1), "no multiple of 1 lies between 0.1 and 0.2"),
        (lambda: space.log_uniform(0, 1), "the logarithm of 0 does not exist"),
        (lambda: space.log_uniform(-1, 1), "the logarithm of -1 does not exist"),
        (lambda: space.randint(1, 1.5), "1.5 is not a whole number"),
        (lambda: space.randint(3, 1), "min 3 is above max 1"),
        (lambda: space.normal(0, 0), "sigma is 0"),
        (lambda: space.log_normal(0, 99), "lognormal(0,99) reaches too far"),
        (lambda: space.normal(0, 1, q=1e-300), "qnormal(0,1,1.0e-300) reaches too far"),
        (lambda: space.uniform(0, 10**400), "max is too large"),
        (lambda: space.uniform(0, 1e308, 1e-308), "the step 1e-308 is too small for 1e+308"),
        (lambda: space.uniform(0, 1, q=1e-308), "q 1e-308 is too small for 1"),
        (lambda: space.from_mapping({}), "the space is empty"),
        (lambda: space.from_mapping({"lr": object()}), "the param 'lr' is <object"),
    ],
)
def test_what_makes_no_sense_is_refused(make, problem):
    with pytest.raises(TrackError) as caught:
        make()
    assert caught.value.message == problem or caught.value.message.startswith(problem)


def test_text_is_as_on_the_command_line():
    ones = (
        space.uniform(0, 0.5),
        space.uniform(0, 1, 0.25),
        space.log_uniform(1e-5, 0.1),
        space.randint(1, 9, 2),
        space.choice(["a", 1]),
        space.choice([3]),
        space.normal(0, 1),
        space.uniform(0, 9, q=3),
    )
    assert [one.text() for one in ones] == [
        *("uniform(0,0.5)", "uniform(0,1,0.25)", "loguniform(1.0e-05,0.1)", "randint(1,9,2)"),
        *("choice(a,1)", "3", "normal(0,1)", "quniform(0,9,3)"),
    ]


def test_a_space_from_python():
    found = space.from_mapping({"a": [1, 2], "b": range(3), "c": "x", "d": space.uniform(0, 1)})
    assert [one.grid() for one in found.values()] == [(1, 2), (0, 1, 2), ("x",), None]
    array = space.from_mapping({"a": np.linspace(0, 1, 3), "b": space.choice(np.array([1, 2]))})
    assert [one.grid() for one in array.values()] == [(0, 0.5, 1), (1, 2)]
