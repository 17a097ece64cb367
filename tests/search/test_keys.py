"""The keys of trials are read as they were written, and nothing else is a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search import keys
from gittrack.search.keys import Key

numbers = st.integers(0, 10**6)
parts = st.none() | numbers


@given(st.builds(Key, numbers, parts, parts, parts))
def test_a_key_is_read_as_it_was_written(key):
    assert keys.parse(keys.format(key)) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("7", Key(7)),
        ("7.s2", Key(7, repeat=2)),
        ("7.r1", Key(7, rung=1)),
        ("0.b2.r1.s0", Key(0, 2, 1, 0)),
    ],
)
def test_the_parts_of_a_key(text, key):
    assert keys.parse(text) == key
    assert keys.format(key) == text


@pytest.mark.parametrize("text", ["", "07", "-1", "7.", "7.x1", "7.s", "7.s1.r1", "7.r1.b1", "7 "])
def test_other_text_is_not_a_key(text):
    with pytest.raises(TrackError) as caught:
        keys.parse(text)
    assert caught.value.message == f"{text!r} is not a trial of a sweep"


def test_the_error_for_a_trial_of_another_sweep_says_where_to_look():
    error = keys.unknown_trial("99")
    assert (error.message, error.hint) == (
        "'99' is not a trial of this sweep",
        "see the trials: git track sweep show",
    )
