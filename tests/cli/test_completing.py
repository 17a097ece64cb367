"""What can come next on a command line, from the parsers and from the runs of the repository."""

from __future__ import annotations

import pytest
import run_values

from gittrack.cli import completing, main
from gittrack.core.errors import NotARepository
from gittrack.models import promote, register


def offered(*words: str) -> list[str]:
    return [word for word, _ in completing.candidates(words)]


# --- Without a repository -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), list(main.VERBS)),
        (("rep",), ["report", "reproduce", "repeat"]),
        (("nothing", ""), []),
        (("model", "pro"), ["promote"]),
        (("model", "--"), ["--help"]),
        (("plot", "--x", ""), ["step", "time"]),
        (("ls", "--format"), []),
        (("run", "--", "pyth"), [":files"]),
        (("sweep", "sweep.yaml", "--", ""), [":files"]),
        (("run", "--outp"), ["--output"]),
        (("ls", "-n", ""), []),  # a free value
        (("run", "--output", ""), [":files"]),
        (("run", "--output="), []),
    ],
)
def test_words_that_the_parsers_know(words, expected):
    assert offered(*words) == expected


def test_an_option_has_its_help_on_one_line():
    meanings = dict(completing.candidates(("ls", "--")))
    assert meanings["--archived"] == "include archived runs"
    assert all("\n" not in meaning for meaning in meanings.values())


def test_of_a_nested_verb_that_works_alone_files_are_offered_too():
    words = offered("sweep", "")
    assert {"ls", "show", "resume", "stop", ":files"} <= set(words)


def test_without_a_repository_runs_are_an_error_for_the_caller():
    with pytest.raises(NotARepository):
        completing.candidates(("show", ""))


# --- With runs ------------------------------------------------------------------------------------


@pytest.fixture
def repo(empty_repo):
    run_values.commit(empty_repo, 1, name="base", params={"lr": 1, "m": {"d": 2}}, tags=["good"])
    run_values.commit(
        empty_repo,
        2,
        name="ba\x1bd",
        experiment="cifar",
        metrics={"acc": 1.0},
        artifacts={"w.bin": b""},
    )
    return empty_repo


def test_runs_by_name_and_by_digits_the_newest_first(repo):
    assert completing.candidates(("show", "")) == [
        ("00000002", "ba\x1bd cifar finished"),
        ("base", "00000001 default finished"),
        ("00000001", "base default finished"),
    ]
    assert offered("show", "ba") == ["base"]  # a name that could steer the terminal is not offered


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ls", "-e", ""), ["cifar", "default"]),
        (("ls", "--experiment=c"), ["--experiment=cifar"]),
        (("top", ""), ["acc"]),
        (("top", "-n", "3", ""), ["acc"]),
        (("top", "acc", ""), []),
        (("ls", "--columns", "id,m"), ["id,m.d"]),
        (("ls", "--columns", "a"), ["acc", "age", "asked", "archived"]),
        (("run", "-S", "l"), ["lr="]),
        (("tag", "base", "-"), ["-good"]),
        (("cat", "00000002", "w"), ["w.bin"]),
        (("cat", "00000002", "met"), ["metrics.yaml"]),
        (("diff", "base", "0000000"), ["00000002", "00000001"]),
        (("ls", "-n", "3", "--archived", "-e", "ci"), ["cifar"]),
    ],
)
def test_values_of_options_and_arguments(repo, words, expected):
    assert offered(*words) == expected


def test_models_versions_and_stages(repo):
    for number in (1, 2):
        register.register(repo, "net", run_values.commit(repo, number + 10))
    promote.promote(repo, "net@1", "qa")
    assert offered("model", "ls", "n") == ["net"]
    assert offered("model", "promote", "net") == ["net@v2", "net@v1", "net@qa"]
    assert offered("model", "promote", "net@v2", "") == ["production", "qa", "staging"]
    assert "net@qa" in offered("show", "net@")
