"""core/standard/json: the same values, texts and errors as those of `json`."""

import json

import pytest
from helpers import exact
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.standard import json as ours

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
TOKENS = [
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"a"',
        '"\\u00e9"',
        '"',
        "1",
        "-",
        "1.5e3",
        "01",
        "NaN",
        "-Infinity",
    ),
    *("true", "nul", " ", "\n", "\t", "\ufeff", "\u2028", "é", "\0", "\ud800", "\\"),
]
BROKEN = [
    *("", " ", "{", "[1,]", '{"a" 1}', "1 2", "nul", '"\n"', "\ufeff1", "9" * 5000, "[" * 100_000),
    *(b"\xff", b"\xef\xbb\xbf1", b"", b"[1", "[1]".encode("utf-16"), "é".encode("latin-1")),
]


def outcome(function, *arguments, **named):
    """Return the result of a call, or its error."""
    try:
        return exact(function(*arguments, **named))
    except (ValueError, RecursionError, TypeError) as error:
        return type(error), str(error)


@given(VALUES)
def test_values_are_written_and_read_as_by_json(value):
    for options in ({}, {"sort_keys": True}, {"separators": (",", ":")}):
        text = ours.dumps(value, **options)
        assert text == json.dumps(value, **options)
        assert (
            exact(ours.loads(text)) == exact(json.loads(text)) == exact(ours.loads(text.encode()))
        )
    assert exact(ours.raw_decode(f"{text} x")) == exact(json.JSONDecoder().raw_decode(f"{text} x"))


@given(st.lists(st.sampled_from(TOKENS), max_size=8).map("".join))
def test_a_text_is_read_as_by_json_or_has_the_same_error(text):
    for data in (text, text.encode("utf-8", "surrogatepass")):
        assert outcome(ours.loads, data) == outcome(json.loads, data)


@pytest.mark.parametrize("text", BROKEN)
def test_errors_are_those_of_json(text):
    assert outcome(ours.loads, text) == outcome(json.loads, text)


def test_what_json_cannot_write_is_an_error():
    circle: list = []
    circle.append(circle)
    for value in (object(), {(1, 2): 3}, circle, {1: 2, "a": 3}):
        for is_sorted in (False, True):
            expected = outcome(json.dumps, value, sort_keys=is_sorted)
            assert outcome(ours.dumps, value, sort_keys=is_sorted) == expected
