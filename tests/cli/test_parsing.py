"""Parsers of the verbs: errors and help in one form, and which words are options."""

from __future__ import annotations

import argparse
from types import SimpleNamespace

import pytest

from gittrack.cli import parsing


def make(docs: str = "Do it.") -> parsing.Parser:
    """Return the parser of a verb with some options."""

    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("run", metavar="RUN")
        parser.add_argument("-n", type=int, default=20)
        parser.add_argument("--sort")
        parser.add_argument("--short", action="store_true")
        parser.add_argument("-q", "--quiet", action="store_true")

    return parsing.parser("ls", SimpleNamespace(__doc__=docs, arguments=arguments))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: RUN"),
        (["@", "--nothing"], "unrecognized arguments: --nothing"),
        (["@", "-n", "many"], "argument -n: invalid int value: 'many'"),
        (["@", "--s", "x"], "ambiguous option: --s could match --sort, --short"),
    ],
)
def test_a_mistake_is_one_line_and_a_hint(capsys, words, message):
    with pytest.raises(SystemExit) as caught:
        make().parse_args(words)
    assert caught.value.code == 2
    assert capsys.readouterr().err == f"error: {message}\nhint: see: git track ls -h\n"


def test_help_fills_paragraphs_and_keeps_indented_lines(capsys):
    words = " ".join(["word"] * 30)
    with pytest.raises(SystemExit):
        make(f"First.\n\n{words}\n\n  git track ls   # as it is\n  second").parse_args(["-h"])
    shown = capsys.readouterr().out
    assert shown.startswith("usage: git track ls [-h] ")
    assert "\n  git track ls   # as it is\n  second\n" in shown
    assert max(map(len, shown.splitlines())) <= 78  # as wide in a file as on a terminal of 80
    assert words not in shown


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], True),
        (["-n", "3"], True),
        (["-n3"], True),
        (["--sort", "x", "--quiet"], True),
        (["--sort=x"], True),
        (["--so", "x"], True),  # a unique beginning, as in argparse
        (["--s", "x"], False),
        (["-n"], False),  # its value is missing
        (["@"], False),
        (["-q", "@"], False),
        (["--unknown"], False),
        (["-x"], False),
    ],
)
def test_words_that_are_only_options(words, expected):
    assert parsing.are_options(make(), words) is expected


def test_the_list_of_verbs_is_aligned():
    assert parsing.verbs_help("git track model", {"ls": "list", "register": "add one"}) == (
        "verbs\n  ls          list\n  register    add one\n\nHelp for one verb: git track model VERB -h"
    )
