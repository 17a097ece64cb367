"""Values as people read them."""

from __future__ import annotations

import pytest
from helpers import texts
from hypothesis import given

from gittrack.core.run.commit_message import MISSING
from gittrack.show.terminal import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (10**18 - 1, "999999999999999999"),
        (10**18, "1e+18"),
        (2**63, "9.2234e+18"),
        (-(10**400), "-1e+400"),  # no float is as large
        (1e-5, "1e-05"),
        (None, "-"),
        (True, "true"),
    ],
)
def test_a_value_is_short(value, shown):
    assert text.value(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456789, "0.12346"),
        (float("nan"), "nan"),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("x" * 41, "x" * 39 + "…"),
        ({"a": [1, 2]}, '{"a": [1, 2]}'),
        ([], "[]"),
        (MISSING, "-"),
        (False, "false"),
    ],
)
def test_a_value_is_escaped_and_shortened(value, shown):
    assert text.value(value) == shown


@pytest.mark.parametrize(
    ("value", "plain", "exact"),
    [
        (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
        ("a\tb", "a\tb", "a\\x09b"),
        (("a", "b"), '["a", "b"]', None),
        ((), "", None),
        (None, "", "null"),
        (MISSING, "", "(none)"),
        (True, "true", "true"),
        (2**64, "18446744073709551616", "18446744073709551616"),
    ],
)
def test_a_value_for_programs_and_in_full(value, plain, exact):
    assert text.plain(value) == plain
    assert exact is None or text.exact(value) == exact


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("plain text", "plain text"),
        ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"),
        ("a\nb", "a\\x0ab"),
        ("\u202eabc", "\\u202eabc"),  # text that runs backwards
        ("a\u200bb", "a\\u200bb"),
        ("\udcff", "\\udcff"),
        ("\x9b31m", "\\x9b31m"),
    ],
)
def test_characters_that_steer_a_terminal_are_escaped(raw, escaped):
    assert text.escape(raw) == escaped


def test_some_control_characters_can_be_kept():
    assert text.escape("a\n\tb\r", keep="\n\t") == "a\n\tb\\x0d"


@given(texts)
def test_escaped_text_has_nothing_more_to_escape(raw):
    once = text.escape(raw)
    assert once.isprintable() or not once.isascii()
    assert text.escape(once) == once
    once.encode()  # no lone surrogate is left


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((None, "-"), (0, "0 s"), (0.123, "0.12 s"), (1, "1.0 s"), (9.96, "10.0 s"), (10, "10 s")),
        *((59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (3599.7, "1 h 0 min")),
        *((7500, "2 h 5 min"), (86400, "1 d 0 h"), (180000, "2 d 2 h")),
    ],
)
def test_a_duration(seconds, shown):
    assert text.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((0, "just now"), (-899, "just now"), (-901, "in the future"), (5, "5 s ago")),
        *((59, "59 s ago"), (60, "1 min ago"), (3600, "1 h ago"), (86399, "23 h ago")),
        *((86400, "1 d ago"), (86400 * 364, "364 d ago"), (86400 * 800, "2 y ago")),
    ],
)
def test_an_age(seconds, shown):
    assert text.age(seconds) == shown


def test_the_width_of_wide_and_combining_characters():
    assert [text.width(t) for t in ("abc", "日本", "e\u0301", "")] == [3, 4, 1, 0]


def test_columns_are_aligned_by_their_width_and_lines_end_without_spaces():
    rows = [["name", "n", "x"], ["日本", "10", ""], ["a", "2", "z"]]
    assert text.columns(rows, [False, True]) == ["name   n  x", "日本  10", "a      2  z"]
    assert text.columns([]) == []


def test_a_command_is_a_line_for_a_shell():
    assert text.command_line(["python", "a b.py", "--x=$1"]) == "python 'a b.py' '--x=$1'"
