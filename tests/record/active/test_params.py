"""record/active/params: a param is added, and changed only if the caller allows it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from gittrack.core.errors import TrackError
from gittrack.record import journal
from gittrack.record.active.params import log_params, warn_stored_as_text


def logged(book, *more: Mapping[str, Any], **options: Any) -> Mapping[str, Any]:
    """Return the params of a journal after each mapping was logged."""
    for params in more:
        assert log_params(book, params, **options) is None
    return book.params()


def test_params_are_added_at_every_depth(book):
    first, second = {"lr": 0.1, "model": {"hidden": 64}}, {"model": {"layers": 2}, "seed": 7}
    assert logged(book, first, second) == {
        "lr": 0.1,
        "model": {"hidden": 64, "layers": 2},
        "seed": 7,
    }


@pytest.mark.parametrize("value", [0.1, "a", None, [1, {"a": 2}], {"a": {"b": 1}}, math.nan])
def test_the_same_value_again_changes_nothing(book, value):
    logged(book, {"x": value}, {"x": value})


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ({"lr": 0.1}, {"lr": 0.2}, "lr"),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, "a.b.c"),
        ({"a": {"b": 1}}, {"a": 1}, "a"),
        ({"a": 1}, {"a": {"b": 1}}, "a"),
        ({"a": [1, 2]}, {"a": [2, 1]}, "a"),
        ({"a": None}, {"a": 0}, "a"),
        ({"a": 1}, {"a": True}, "a"),
    ],
)
def test_another_value_is_refused_with_both_values_and_nothing_is_recorded(book, old, new, name):
    logged(book, old)
    with pytest.raises(TrackError, match=f"the param '{name}' is .* already and cannot") as caught:
        log_params(book, {"first": 1, **new})
    assert caught.value.hint == "log it under another name, or pass allow_change=True"
    assert book.params() == old


def test_the_hint_is_that_of_the_caller(book):
    logged(book, {"lr": 0.1})
    with pytest.raises(TrackError) as caught:
        log_params(book, {"lr": 0.2}, hint="change the file")
    assert caught.value.hint == "change the file"


def test_a_change_that_is_allowed_replaces_the_value(book):
    params = logged(book, {"lr": 0.1, "m": {"a": 1}}, {"lr": 0.2, "m": {"b": 2}}, allow_change=True)
    assert params == {"lr": 0.2, "m": {"a": 1, "b": 2}}


def test_params_that_another_process_added_are_seen(book):
    other = journal.open_live(book.folder)
    logged(other, {"lr": 0.1})
    other.release()
    with pytest.raises(TrackError, match=r"'lr' is 0\.1 already"):
        log_params(book, {"lr": 0.2})


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "a (in the params)"),
        (list("abcde"), "a, b, c, d, e (in the params)"),
        (list("abcdefg"), "a, b, c, d, e and 2 more (in the params)"),
    ],
)
def test_params_that_are_stored_as_text_are_named(caplog, names, text):
    warn_stored_as_text(names)
    assert caplog.messages == [f"stored as text, because not a plain value: {text}"]


def test_nothing_is_printed_if_all_params_are_plain(caplog):
    warn_stored_as_text([])
    assert caplog.messages == []
