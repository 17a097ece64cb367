"""The manual page is what the parsers say, and roff that is sound."""

import shutil
import subprocess
import sys

import pytest
from helpers import ROOT, run_cli

from gittrack.cli import main

PAGE = ROOT / "templates/share/man/man1/git-track.1"


def test_it_is_what_the_parsers_say():
    """After a change of a verb: python -m gittrack __manpage > templates/share/man/man1/git-track.1."""
    if sys.version_info >= (3, 13):
        pytest.skip("argparse words some usages differently there")
    assert PAGE.read_text() == run_cli("__manpage").out


def test_every_verb_and_option_is_in_it():
    text = PAGE.read_text()
    for verb in main.VERBS:
        assert f".SS git track {verb}\n" in text
        for action in main.parser(verb)._actions:
            for name in action.option_strings if action.dest != "help" else ():
                assert name.replace("-", "\\-") in text


def test_nothing_in_the_text_is_an_instruction():
    known = (".TH", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi", ".br")
    for line in PAGE.read_text().splitlines():
        assert not line.startswith(("'", ".")) or line.startswith(known), line


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not here")
def test_mandoc_has_no_complaint():
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", PAGE], capture_output=True, text=True)
    complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert complaints == []
