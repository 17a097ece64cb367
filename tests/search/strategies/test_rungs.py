"""Rungs in whole numbers: no floating logarithm, the maximum always reached."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search.strategies import rungs

sizes = st.integers(1, 10**6)
etas = st.integers(2, 12)


def test_a_logarithm_of_floats_would_lose_a_rung():
    assert math.floor(math.log(243, 3)) == 4
    assert rungs.power(1, 243, 3) == 5
    assert rungs.ladder(1, 243, 3) == (1, 3, 9, 27, 81, 243)


@given(low=sizes, times=sizes, eta=etas)
def test_power_is_the_exact_logarithm(low, times, eta):
    high = low * times
    k = rungs.power(low, high, eta)
    assert low * eta**k <= high < low * eta ** (k + 1)


@given(low=sizes, more=sizes, eta=etas)
def test_a_ladder_climbs_by_eta_and_ends_at_the_maximum(low, more, eta):
    found = rungs.ladder(low, low + more, eta)
    assert found[0] == low
    assert found[-1] == low + more
    assert all(b == a * eta for a, b in itertools.pairwise(found[:-1]))
    assert found[-2] < found[-1] <= found[-2] * eta


@given(count=st.integers(1, 1000), low=st.integers(1, 50), more=st.integers(0, 500), eta=etas)
def test_halving_keeps_a_share_but_at_least_one(count, low, more, eta):
    found = rungs.halving(count, low, low + more, eta)
    assert found.trials[0] == count
    assert found.trials[-1] >= 1
    assert all(
        b == math.ceil(a / eta) for a, b in zip(found.trials, found.trials[1:], strict=False)
    )
    assert found.budgets[-1] == low + more


def test_schedules_that_people_know():
    assert rungs.halving(27, 1, 81, 3)[2:] == ((27, 9, 3, 1, 1), (1, 3, 9, 27, 81))
    assert rungs.halving(1, 1, 9, 3)[2:] == ((1, 1, 1), (1, 3, 9))
    assert rungs.halving(8, 2, 20, 2)[2:] == ((8, 4, 2, 1, 1), (2, 4, 8, 16, 20))
    assert rungs.halving(5, 7, 7, 3)[2:] == ((5,), (7,))


def test_hyperband_is_algorithm_1():
    assert [(one.number, one.trials, one.budgets) for one in rungs.hyperband(1, 81, 3)] == [
        (4, (81, 27, 9, 3, 1), (1, 3, 9, 27, 81)),
        (3, (34, 11, 3, 1), (3, 9, 27, 81)),
        (2, (15, 5, 1), (9, 27, 81)),
        (1, (8, 2), (27, 81)),
        (0, (5,), (81,)),
    ]
    assert [one.first for one in rungs.hyperband(1, 81, 3)] == [0, 81, 115, 130, 138]


@given(low=st.integers(1, 20), more=st.integers(0, 2000), eta=st.integers(2, 5))
def test_every_bracket_of_hyperband_ends_at_the_maximum(low, more, eta):
    for one in rungs.hyperband(low, low + more, eta):
        assert one.budgets[-1] == low + more
        assert one.budgets[0] >= low
        assert one.trials[-1] >= 1
        assert list(one.budgets) == sorted(set(one.budgets))
        n = math.ceil(one.trials[0])
        assert one.trials == tuple(n // eta**i for i in range(len(one.trials)))


def test_the_table_says_what_is_spent():
    found = rungs.table((rungs.halving(9, 1, 9, 3),))
    assert [one[1:] for one in found] == [(0, 9, 1, 9, 9), (1, 3, 3, 9, 6), (2, 1, 9, 9, 6)]


def test_how_many_fit():
    assert rungs.most_configs(41, 1, 81, 3) == 27
    assert rungs.most_configs(4, 1, 81, 3) == 0
    with pytest.raises(TrackError, match="above its max"):
        rungs.ladder(3, 2, 3)
    with pytest.raises(TrackError, match="eta of the resource is 1"):
        rungs.ladder(1, 2, 1)
    with pytest.raises(TrackError, match="min of the resource is 0"):
        rungs.ladder(0, 2, 2)


@given(count=st.integers(2, 300), low=st.integers(1, 9), more=st.integers(0, 200), eta=etas)
def test_it_equals_scikit_learns_where_its_logarithm_is_right(count, low, more, eta):
    """HalvingRandomSearchCV: n / factor**i candidates, rounded up, at min * factor**i resources."""
    high = low + more
    needed, possible = (math.floor(math.log(x, eta) + 1e-9) for x in (count, high // low))
    steps = 1 + min(needed, possible)
    theirs = [(math.ceil(count / eta**i), low * eta**i) for i in range(steps)]
    ours = rungs.halving(count, low, high, eta)
    assert list(zip(ours.trials, ours.budgets, strict=True))[:steps] == theirs
