"""core/scalars: one text that every reader takes for the same value."""

import json
import re

import pytest
import yaml
from helpers import NASTY_TEXT, exact, floats, texts, values
from helpers import scalars as any_scalar
from hypothesis import given

from gittrack.core import scalars, yaml_read, yaml_write
from gittrack.show.terminal import text


def other_reader(text):
    """Return what PyYAML, a YAML 1.1 reader, takes ``text`` for."""
    return yaml.load(text, Loader=yaml.SafeLoader)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0.1, "0.1"), (1.0, "1.0"), (-0.0, "-0.0"), (1e-5, "1.0e-05"), (1.5e-5, "1.5e-05")),
        *((5e-324, "5.0e-324"), (1e22, "1.0e+22"), (float("nan"), ".nan"), (float("inf"), ".inf")),
        (float("-inf"), "-.inf"),
    ],
)
def test_floats(value, text):
    assert scalars.float_text(value) == text


@given(floats)
def test_a_float_reads_back_as_itself_everywhere(value):
    text = scalars.float_text(value)
    for read in (other_reader, yaml_read.plain_scalar, scalars.parse_flow):
        assert exact(read(text)) == exact(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((None, "null"), (True, "true"), (False, "false"), (2**200, str(2**200)), (-1, "-1")),
        *(("adam", "adam"), ("two words", "two words"), ("a/b@c+d.e-f", "a/b@c+d.e-f")),
        *(("no", '"no"'), ("1e-5", '"1e-5"'), ("012", '"012"'), ("1:30", '"1:30"'), ("~", '"~"')),
        *(("2024-01-01", '"2024-01-01"'), ("=", '"="'), ("<<", '"<<"'), ("", '""'), (" a", '" a"')),
        *(("!!python/object:x", '"!!python/object:x"'), ("caf\u00e9", '"caf\u00e9"')),
        *(("\x1b[0m", '"\\u001b[0m"'), ("\u202ea", '"\\u202ea"'), ("\udcff", '"\\udcff"')),
    ],
)
def test_scalars(value, text):
    assert scalars.scalar_text(value) == text


def test_a_string_can_be_quoted_in_any_case():
    assert scalars.scalar_text("adam", bare=False) == '"adam"'


def test_a_very_long_word_is_quoted():
    assert scalars.scalar_text("a" * 200) == '"' + "a" * 200 + '"'


@pytest.mark.parametrize("text", NASTY_TEXT)
def test_a_nasty_string_reads_back_as_itself(text):
    written = scalars.scalar_text(text)
    assert other_reader(written) == text
    assert scalars.parse_flow(written) == text


@given(any_scalar)
def test_a_scalar_reads_back_as_itself_everywhere(value):
    text = scalars.scalar_text(value)
    assert "\n" not in text
    assert exact(other_reader(text)) == exact(value)
    assert exact(scalars.parse_flow(text)) == exact(value)


@given(texts)
def test_a_quoted_string_is_json(text):
    assert json.loads(scalars.quote(text)) == text


@given(texts)
def test_nothing_in_a_quoted_string_hides_in_a_terminal(text):
    hidden = {"\x1b", "\x7f", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff", "\u2028", "\r"}
    assert hidden.isdisjoint(scalars.quote(text))


@given(values)
def test_a_value_on_one_line_reads_back_as_itself(value):
    text = scalars.flow_text(value)
    assert "\n" not in text
    assert exact(scalars.parse_flow(text)) == exact(value)
    assert exact(other_reader(text)) == exact(value)


def test_keys_on_one_line_are_sorted():
    assert scalars.flow_text({"b": [1, "x"], "a": {}}) == '{"a": {}, "b": [1, "x"]}'


def test_words_of_json_inside_a_string_stay_text():
    value = {".nan": [".inf", "-.inf", float("-inf")], "x": 'a".nan"b'}
    assert exact(scalars.parse_flow(scalars.flow_text(value))) == exact(value)


@pytest.mark.parametrize("text", ["", "{", "[1", '"a', "1:30", "-", "."])
def test_what_was_never_written_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is what callers catch
        scalars.parse_flow(text)


def test_a_text_that_is_shown_has_no_hidden_character():
    characters = "".join(map(chr, range(0x110000)))
    for pattern in (scalars._HIDDEN, yaml_write._NOT_LITERAL, text._UNSAFE):
        assert not any(map(scalars.is_shown, re.findall(pattern, characters)))
    assert all(map(scalars.is_shown, ("", "abc", "é日本", "😀", '"\\n"')))
