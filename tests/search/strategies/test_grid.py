"""Grids: the order of the file, the last key fastest, nothing twice."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search import space
from gittrack.search.strategies import grid


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_it_is_the_product_in_order(sizes):
    names = [f"p{place}" for place in range(len(sizes))]
    values = [list(range(size)) for size in sizes]
    found = grid.of_space(space.from_mapping(dict(zip(names, values, strict=True))))
    expected = [dict(zip(names, one, strict=True)) for one in itertools.product(*values)]
    assert [found.config(index) for index in range(found.size)] == expected


def test_what_stands_there_twice_is_tried_once():
    found = grid.of_space(
        space.from_mapping({"a": [1, 2, 1.0, True], "b": [[1], [1]], "c": ["1", 1]})
    )
    assert found.values == ((1, 2, True), ([1],), ("1",))
    assert found.dropped == (("a", 1.0), ("b", [1]), ("c", 1))


def test_very_many_values_are_compared_at_once():
    found = grid.of_space(space.from_mapping({"seed": [*range(50_000), 7]}))
    assert (found.size, found.dropped) == (50_000, (("seed", 7),))


def test_a_range_needs_a_step():
    with pytest.raises(TrackError) as caught:
        grid.of_space({"lr": space.log_uniform(1e-5, 0.1)})
    assert str(caught.value) == (
        "lr is loguniform(1.0e-05,0.1), whose values cannot be counted for a grid. "
        "list the values of lr, give it a step, or use another method than grid"
    )
    assert grid.of_space({"lr": space.uniform(0, 1, 0.5)}).values == ((0, 0.5, 1),)
