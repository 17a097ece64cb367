"""The manual page that is made from parsers: roff without surprises."""

from __future__ import annotations

import argparse

import pytest

from gittrack.cli import manual


def parser(description: str = "List runs.") -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="git track ls", description=description)
    made.add_argument("run", metavar="RUN", help="the run")
    made.add_argument("-n", "--count", metavar="N", help="how many\nof them")
    made.add_argument("--all", action="store_true", help="every -one")
    made.add_argument("--x", choices=("step", "time"), help="the axis")
    made.add_argument("hidden", nargs="?")
    return made


SETTINGS = {"sign": ("false", "sign `runs`"), "link": ("", "paths")}


def page(sections: str = "FILES\n\n  ~/.config\n", **options) -> str:
    return manual.page({"ls": parser(**options)}, {"find": ["ls"]}, SETTINGS, sections, "1.2-rc")


def test_the_page_has_its_parts_in_order():
    text = page()
    heads = [line for line in text.splitlines() if line.startswith((".TH", ".SH", ".SS"))]
    assert heads == [
        '.TH GIT\\-TRACK 1 "" "gittrack 1.2\\-rc" "Git Manual"',
        *(
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH DESCRIPTION",
            ".SH FIND",
            ".SS git track ls",
            ".SH SETTINGS",
            ".SH FILES",
        ),
    ]


def test_the_synopsis_is_the_usage_without_help():
    assert (
        ".SH SYNOPSIS\n\\fBgit track ls\\fR [\\-n N] [\\-\\-all] [\\-\\-x {step,time}] RUN"
        in page()
    )


@pytest.mark.parametrize(
    "lines",
    [
        ".TP\n\\fIRUN\\fR\nthe run\n",
        ".TP\n\\fB\\-n\\fR, \\fB\\-\\-count\\fR \\fIN\\fR\nhow many\nof them\n",
        ".TP\n\\fB\\-\\-all\\fR\nevery \\-one\n",
        ".TP\n\\fB\\-\\-x\\fR \\fIstep|time\\fR\nthe axis\n",
    ],
)
def test_an_option_is_a_tagged_paragraph(lines):
    assert lines in page()


def test_an_argument_without_help_is_left_out():
    assert "hidden" not in page().partition(".SH FIND")[2]


def test_a_setting_has_its_default():
    assert (
        "\\fBtrack.sign\\fR\nsign runs (default: false)\n.TP\n\\fBtrack.link\\fR\npaths\n" in page()
    )


def test_indented_lines_stay_as_they_are_and_paragraphs_are_apart():
    text = page(description="First.\n\nSecond:\n  git track ls\n  .dot")
    assert "First.\n.PP\nSecond:\n.RS 4\n.nf\ngit track ls\n\\&.dot\n.fi\n.RE\n" in text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a\\b", "a\\eb"), ("-x", "\\-x"), (".so /etc/passwd", "\\&.so /etc/passwd"), ("'x", "\\&'x")],
)
def test_text_contains_no_instructions(text, escaped):
    assert f"\n{escaped}\n" in page(description=text)
