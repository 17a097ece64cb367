"""Lines for people: what is escaped, coloured, counted."""

from __future__ import annotations

import io
import sys

import pytest
from helpers import texts
from hypothesis import given

from gittrack.analysis.direction import NAME, OPTION, RUNS, UNKNOWN, Direction
from gittrack.cli import output


class Screen(io.StringIO):
    """A terminal of colours."""

    def isatty(self) -> bool:
        return True


def use_screen(monkeypatch) -> None:
    """Make stdout a terminal; not in a fixture, because pytest replaces stdout after the set-up."""
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setenv("TERM", "xterm")


def test_a_result_is_on_stdout_and_a_note_on_stderr(capfdbinary):
    output.print_result("caf\u00e9 \udcff\n")
    output.print_note("note \udcff")
    out, err = capfdbinary.readouterr()
    assert out == "caf\u00e9 \\udcff\n".encode()
    assert err == b"note \\udcff\n"


def test_a_result_for_a_file_is_exact(capfdbinary):
    output.print_result("\x1b[8mhidden\r\n")
    assert capfdbinary.readouterr().out == b"\x1b[8mhidden\r\n"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\nb", "a\nb"),
        ("\x1b[31mred\x1b[m", "\x1b[31mred\x1b[m"),  # the colours that we use
        ("\x1b[38;5;4mblue\x1b[0m", "\x1b[38;5;4mblue\x1b[0m"),  # and those of charts
        ("\x1b[8mhidden", "\\x1b[8mhidden"),
        ("\x1b[38;5;4;8mhidden", "\\x1b[38;5;4;8mhidden"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\tb\r", "a\\x09b\\x0d"),
    ],
)
def test_only_colours_may_steer_a_terminal(text, safe):
    assert output.escape_controls(text) == safe


@given(texts)
def test_no_other_control_character_is_left(text):
    rest = output.escape_controls(text).replace("\x1b[31m", "").replace("\n", "")
    assert not {"\x1b", "\x07", "\r", "\x9b"} & set(rest)


def test_colours_are_for_terminals_that_want_them(monkeypatch):
    use_screen(monkeypatch)
    assert output.paint("x", "red") == "\x1b[31mx\x1b[m"
    assert (output.paint("x", ""), output.paint("", "red")) == ("x", "")
    monkeypatch.setenv("NO_COLOR", "1")
    assert output.paint("x", "red") == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert output.paint("x", "red") == "x"
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("TERM", "xterm")
    assert output.paint("x", "red") == "x"


def test_each_line_has_its_style(monkeypatch):
    use_screen(monkeypatch)
    assert output.paint_lines("a\nb\nc\n", ["bold", ""]) == "\x1b[1ma\x1b[m\nb\nc\n"
    assert output.paint_lines("", ["bold"]) == ""


def test_a_table_has_no_limit_in_a_file_or_in_another_format(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert [output.table_width(style) for style in ("text", "csv")] == [None, None]


# --- Remarks ------------------------------------------------------------------------------------


def test_how_many_runs_are_not_listed():
    assert output.more_runs_line(0, 20) == output.more_runs_line(-3, 20) == ""
    assert output.more_runs_line(5, 25) == "5 more: add -n 25\n"


def test_hidden_columns_are_named_eight_of_them():
    assert output.hidden_columns_line([]) == ""
    assert output.hidden_columns_line(["a\x1b", "b"]) == "not shown: a\\x1b, b (--csv)\n"
    nine = [f"c{number}" for number in range(9)]
    assert output.hidden_columns_line(nine, "-x") == (
        "not shown: c0, c1, c2, c3, c4, c5, c6, c7, ... (-x)\n"
    )


@pytest.mark.parametrize(
    ("direction", "ranked", "line"),
    [
        (Direction("loss", "min", NAME, "loss"), 2, "the smallest is first, because "),
        (Direction("acc", "max", RUNS), 2, "the largest is first, because "),
        (Direction("acc", "max", OPTION), 2, ""),
        (Direction("loss", "min", NAME, "loss"), 1, ""),
    ],
)
def test_why_a_run_is_first(direction, ranked, line):
    printed = output.order_line(direction, ranked)
    assert printed.startswith(line)
    assert bool(printed) == bool(line)


def test_an_assumed_direction_says_how_to_change_it():
    assert output.order_line(Direction("x", None, UNKNOWN), 2).endswith(
        "; for the smallest: add --min\n"
    )


@pytest.mark.parametrize(
    ("damaged", "newer", "code", "printed"),
    [
        (0, [], 0, ""),
        (2, [], 1, "warning: 2 of 9 runs are damaged; see: git track doctor\n"),
        (
            *(0, ["20260301-000000-0000001c"], 0),
            "note: 1 run was written by a newer gittrack, so values may be missing: 0000001c;"
            " update gittrack\n",
        ),
    ],
)
def test_runs_that_cannot_be_read_are_counted(capsys, damaged, newer, code, printed):
    assert output.report_damage(damaged, 9, newer) == code
    assert capsys.readouterr().err == printed
