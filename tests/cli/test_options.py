"""Options that several verbs share."""

from __future__ import annotations

import argparse

import pytest

from gittrack.cli import options
from gittrack.core.errors import TrackError


def parse(add, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add(parser)
    return parser.parse_args(words)


def test_one_of_the_formats_of_a_verb_or_text():
    def add(parser):
        options.add_formats(parser, "json", "csv")

    assert [parse(add, *words).style for words in ((), ("--json",), ("--csv",))] == [
        *("text", "json", "csv"),
    ]
    for words in (("--json", "--csv"), ("--md",)):
        with pytest.raises((argparse.ArgumentError, SystemExit)):
            parse(add, *words)


def test_the_goal_is_min_or_max_or_not_given():
    goals = [parse(options.add_goal, *words).goal for words in ((), ("--min",), ("--max",))]
    assert goals == [None, "min", "max"]
    with pytest.raises((argparse.ArgumentError, SystemExit)):
        parse(options.add_goal, "--min", "--max")


def test_the_other_shared_options():
    def add(parser):
        for add_one in (
            options.add_experiment,
            options.add_where,
            options.add_archived,
            options.add_run,
        ):
            add_one(parser)

    args = parse(add, "@", "-e", "cifar", "--where", "acc > 1", "--archived")
    assert vars(args) == {
        **{"run": "@", "experiment": "cifar", "where": "acc > 1", "archived": True}
    }


@pytest.mark.parametrize(("word", "number"), [("1", 1), ("20", 20), ("007", 7)])
def test_a_count(word, number):
    assert options.positive(word) == number


@pytest.mark.parametrize("word", ["0", "-1", "1.5", "", "a", " 1", "1e3", "²"])
def test_what_is_no_count(word):
    with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number above 0"):
        options.positive(word)


def test_options_that_exclude_each_other_are_named():
    options.check_exclusive("choose one", ("--a", True), ("--b", None), ("--c", []))
    with pytest.raises(TrackError, match="--a and --c do not go together") as caught:
        options.check_exclusive("choose one", ("--a", True), ("--b", 0), ("--c", "x"))
    assert (caught.value.hint, caught.value.code) == ("choose one", 2)
