"""record/request: a request is checked before a run begins, and stored in one form."""

from __future__ import annotations

from typing import Any

import pytest

from gittrack.core.errors import TrackError
from gittrack.record.request import RunRequest, check_request


def checked(**values: Any) -> RunRequest:
    return check_request(RunRequest(**values))


def test_an_empty_request_is_fine():
    assert checked() == RunRequest(tags=[])


@pytest.mark.parametrize("key", ["experiment", "note", "group"])
def test_an_empty_text_is_no_value(key):
    assert getattr(checked(**{key: ""}), key) is None


@pytest.mark.parametrize(
    ("experiment", "stored", "original"),
    [
        ("mnist", "mnist", None),
        ("cifar/resnet", "cifar/resnet", None),
        ("my first try", "my-first-try", "my first try"),
        (" padded ", "padded", " padded "),
    ],
)
def test_an_experiment_is_stored_under_a_name_of_git(experiment, stored, original):
    request = checked(experiment=experiment)
    assert (request.experiment, request.experiment_name) == (stored, original)
    assert check_request(request) == request, "a second check changes nothing"


def test_tags_of_any_sequence_become_a_list():
    assert checked(tags=("a", "b")).tags == ["a", "b"]
    assert checked(tags={"a": 1}).tags == ["a"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tags": "good"}, "tags is 'good'"),
        ({"tags": 5}, "tags is 5"),
        ({"tags": None}, "tags is None"),
        ({"tags": ["good", ""]}, "tag"),
        ({"tags": [5]}, "tag"),
        ({"name": 5}, "name"),
        ({"name": "@"}, "name"),
        ({"note": 5}, "note"),
        ({"group": ["a"]}, "group"),
        ({"experiment": "../up"}, "cannot be the name of an experiment"),
        ({"experiment": 5}, "the experiment is 5, not text"),
        ({"experiment": "a" * 201}, "longer than 200"),
    ],
)
def test_a_value_that_cannot_be_stored_is_named(values, message):
    with pytest.raises(TrackError) as caught:
        checked(**values)
    assert message in caught.value.message
    assert caught.value.hint


def test_other_values_stay_as_they_are():
    request = RunRequest(params={"lr": 0.1}, seed=0, verify=False, command=("train",), tags=[])
    assert check_request(request) == request
