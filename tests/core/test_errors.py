"""core/errors: a message, a hint, an exit code."""

import pytest

from gittrack.core.errors import (
    AmbiguousRun,
    Damaged,
    NoSuchRun,
    NotARepository,
    TrackError,
    did_you_mean,
)


def test_an_error_says_what_is_wrong_and_what_to_do():
    error = TrackError("the disk is full", "remove something")
    assert (error.message, error.hint, error.code) == ("the disk is full", "remove something", 1)
    assert str(error) == "the disk is full. remove something"


def test_a_hint_is_optional():
    assert str(TrackError("the disk is full")) == "the disk is full"


def test_an_error_carries_an_exit_code():
    assert TrackError("what?", code=2).code == 2


@pytest.mark.parametrize("kind", [NotARepository, NoSuchRun, AmbiguousRun, Damaged])
def test_every_kind_is_caught_as_a_track_error(kind):
    with pytest.raises(TrackError, match="gone"):
        raise kind("gone")


def test_a_typo_gets_the_nearest_word():
    assert did_you_mean("val_acc", ["val_accuracy", "loss"]) == "did you mean val_accuracy?"


def test_several_near_words_are_joined():
    assert did_you_mean("loss", ["loss1", "loss2"]) == "did you mean loss2 or loss1?"


def test_a_near_word_is_named_once():
    assert did_you_mean("log.tx", ["log.txt", "log.txt"]) == "did you mean log.txt?"


def test_a_word_like_no_other_gets_the_other_hint():
    assert did_you_mean("xyz", ["loss"], "see git track list") == "see git track list"
    assert did_you_mean("xyz", []) == ""
