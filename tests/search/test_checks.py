"""The checks of a sweep file name the value that is wrong and what to write instead."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.search import checks


def error(check, *arguments):
    with pytest.raises(TrackError) as caught:
        check(*arguments)
    return caught.value.message, caught.value.hint


def test_a_mapping_is_returned_and_nothing_else():
    assert checks.require_mapping({"a": 1}, "metric", "a: 1") == {"a": 1}
    assert checks.require_mapping({}, "metric", "a: 1") == {}
    assert error(checks.require_mapping, None, "metric", "a: 1") == (
        "metric is missing",
        "write: a: 1",
    )
    assert error(checks.require_mapping, [1], "metric", "a: 1") == (
        "metric is [1], which is not a mapping",
        "write: a: 1",
    )


def test_an_unknown_key_is_named_with_its_neighbour():
    checks.check_keys({"min": 1}, ("min", "max"), "it")
    assert error(checks.check_keys, {"min": 1, "mx": 2}, ("min", "max"), "it") == (
        "it has the unknown key 'mx'",
        "did you mean max?",
    )
    message, hint = error(checks.check_keys, {3: 1}, ("min", "max"), "it")
    assert (message, hint) == ("it has the unknown key 3", "known are min, max")


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", [3]])
def test_whole_numbers_have_a_least_value(value):
    message, hint = error(checks.whole_number, {"n": value}, "n")
    assert message == f"n is {value!r}"
    assert hint == "write a whole number, 1 or more"


def test_a_missing_number_is_none_and_zero_may_be_allowed():
    assert checks.whole_number({}, "n") is None
    assert checks.whole_number({"n": None}, "n") is None
    assert checks.whole_number({"n": 0}, "n", least=0) == 0
    assert checks.whole_number({"n": 10**30}, "n") == 10**30


@pytest.mark.parametrize("length", [57, 58, 59, 1000])
def test_a_quoted_value_has_at_most_60_characters(length):
    quoted = checks.short_repr("x" * length)
    assert len(quoted) == min(length + 2, 60)
    assert quoted.endswith("'" if length <= 58 else "...")
