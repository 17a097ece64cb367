"""Nested mappings: a change is a new value, and comparisons are exact."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core import nested

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)
CONFIGS = st.dictionaries(st.text(max_size=2), VALUES, max_size=4)


def test_a_value_is_set_without_changing_the_mapping():
    config = {"optimizer": {"name": "sgd", "lr": 0.1}}
    changed = nested.set_path(config, ("optimizer", "lr"), 0.2)
    assert changed == {"optimizer": {"name": "sgd", "lr": 0.2}}
    assert config == {"optimizer": {"name": "sgd", "lr": 0.1}}


def test_a_value_that_stands_where_a_mapping_is_needed_is_kept():
    config = nested.set_path({"a": 1, "b": {"c": "x"}, "e": None}, ("a", "b", "c"), 2)
    config = nested.set_path(nested.set_path(config, ("b", "c", "d"), 3), ("e", "f"), 4)
    assert config == {"a": 1, "a.b.c": 2, "b": {"c": "x", "c.d": 3}, "e": {"f": 4}}
    paths = (("a",), ("a", "b", "c"), ("b", "c"), ("b", "c", "d"), ("e", "f"), ("a", "b"))
    assert [nested.at_path(config, path) for path in paths] == [1, 2, "x", 3, 4, None]


def test_a_value_is_looked_up_by_its_path():
    config = {"a": {"b": None}}
    assert nested.at_path(config, ("a",)) == {"b": None}
    assert nested.at_path(config, ("a", "b"), absent="-") is None
    assert nested.at_path(config, ("a", "c"), absent="-") == "-"
    assert nested.at_path(config, ("a", "b", "c"), absent="-") == "-"


@given(CONFIGS, st.lists(st.text(max_size=2), min_size=1, max_size=4), VALUES)
def test_what_was_set_is_found(config, parts, value):
    path = tuple(parts)
    changed = nested.set_path(config, path, value)
    assert nested.same(nested.at_path(changed, path), value)


def test_mappings_are_merged_and_other_values_replaced():
    first = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    second = {"a": {"y": [3]}, "b": {"z": 2}}
    assert nested.merge(first, second) == {"a": {"x": 1, "y": [3]}, "b": {"z": 2}}
    assert first == {"a": {"x": 1, "y": [1, 2]}, "b": 1}


@given(CONFIGS, CONFIGS)
def test_the_absent_part_is_what_a_merge_adds(first, second):
    added = nested.merge(first, nested.absent(first, second))
    assert not nested.conflicts(added, first)
    assert nested.same(nested.absent(added, second), {})


def test_conflicts_are_paths_with_two_values():
    first = {"a": {"x": 1, "y": 2}, "b": 1, "c": 1}
    second = {"a": {"x": 1.0, "y": 3}, "b": True, "d": 1}
    assert nested.conflicts(first, second) == [("a", "y"), ("b",)]


@given(VALUES)
def test_every_value_is_the_same_as_itself(value):
    assert nested.same(value, value)


def test_a_conflict_is_left_out_without_its_neighbours():
    config = {"a": {"b": 1, "c": 2}, "d": 3}
    assert nested.without(config, ("a", "b")) == {"a": {"c": 2}, "d": 3}
    assert nested.without(config, ("a",)) == {"d": 3}


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (1, 1.0, True),
        (math.nan, math.nan, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        ([1, [2]], [1, [2]], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        (None, 0, False),
    ],
)
def test_sameness_is_exact(a, b, same):
    assert nested.same(a, b) is same
    assert nested.same(b, a) is same


@pytest.mark.parametrize("value", [1, {}, []])
@pytest.mark.parametrize("wrap", [lambda value: [value, 2], lambda value: {"b": 2, "a": value}])
def test_depth_is_limited(wrap, value):
    for _ in range(nested.MAX_DEPTH):
        value = wrap(value)
    nested.check_depth(value)
    with pytest.raises(ValueError, match="more than 64 levels deep"):
        nested.check_depth(wrap(value))


def test_the_values_of_a_conflict_are_at_its_path():
    first, second = {"a": {"b.c": {"d": 1}}}, {"a": {"b.c": {"d": 2}}}
    [path] = nested.conflicts(first, second)
    assert path == ("a", "b.c", "d")
    assert (nested.at_keys(first, path), nested.at_keys(second, path)) == (1, 2)
