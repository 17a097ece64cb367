"""core/yaml/lines: files with each value on one line are read as PyYAML reads them, or not at all."""

import pytest
from helpers import exact
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core import yaml_read, yaml_write
from gittrack.core.yaml import lines

FILE = """\
# training
lr: 1e-5   # small
"a: b": "é # \\n"
model size:
    layers: [1, 2.5, {"x": null}]
    0x10: no

values:
- 012
- --flag ${x}
- name: a, b
  more:
    - .nan
nothing:
"""
VALUE = {
    "lr": 1e-5,
    "a: b": "é # \n",
    "model size": {"layers": [1, 2.5, {"x": None}], 16: "no"},
    "values": [12, "--flag ${x}", {"name": "a, b", "more": [float("nan")]}],
    "nothing": None,
}


def read(text: str):
    """Return what is read without a parser."""
    try:
        return lines.read(text, yaml_read.plain_scalar)
    except ValueError:
        return "not read"


def parsed(text: str, monkeypatch):
    """Return what PyYAML makes of a text."""
    with monkeypatch.context() as patch:
        patch.setattr(lines, "read", lambda *_: int("no number"))
        return yaml_read.load(text.encode(), "c.yaml")


def test_a_file_is_read_as_by_a_parser(monkeypatch):
    assert exact(read(FILE)) == exact(VALUE)
    assert exact(parsed(FILE, monkeypatch)) == exact(VALUE)


def test_what_gittrack_writes_needs_no_parser():
    config = {"lr": 1e-5, "data set": {"name": "a: b", "sizes": [1, 2]}, "rows": [{"x": None}]}
    assert read(yaml_write.dump(config).decode()) == config


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("a b # c\n", "a b"), ("[1, 2]", [1, 2]), ('{"a": 1}', {"a": 1}), ("~", None)],
)
def test_a_single_value_is_read_as_by_a_parser(text, value, monkeypatch):
    assert exact(read(text)) == exact(value) == exact(parsed(text, monkeypatch))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "# nothing\n",
            "a\n b",
            "---",
            "...",
            "- a",
            "---\na: 1",
            "a: 1\n...",
            " a: 1",
            "a:\t1",
            "a: 1\r\n",
        ),
        *("a: 1\na: 2", "a: 1\n 2", "a: 1\n- 2", "a: 1\n  b: 2", "a:\n  b: 1\n c: 2", "a: b: c"),
        *("a: {b: 1}", "a: [b]", "a: [1,\n2]", "a: [NaN]", 'a: {"b": 1, "b": 2}', "a: [01]"),
        *("a: 'b'", 'a: "b', 'a: "\\x41"', 'a: "\\ud83d\\ude00"', "a: |\n  b", "a: >\n  b"),
        *("a: &x 1", "a: *x", "a: !!str 1", "? a\n: 1", "<<: 1", "a: %b", "a: @b", "a: `b"),
        *("a: b:c", "a: b#c", "a: -", "a: - b", "a:\n- - b", "a:\n-  b", "a:\n-\n", "a: \x85"),
        *(
            '"a" : 1',
            "a : 1",
            "a  b: 1",
            "a" * 200 + ": 1",
            "a: " + "9" * 5000,
            "a: " + "[" * 40 + "]" * 40,
        ),
        "\n".join(" " * level + "a:" for level in range(40)),
    ],
)
def test_other_text_is_left_to_a_parser(text):
    assert read(text) == "not read"


TOKENS = [
    *("a", "b", '"c d"', "1", "1e5", "null", ": ", ": ", ":", "\n", "\n", "\n  ", "\n    "),
    *("- ", "\n- ", "\n  - ", "-", " ", "#", " # c", "[1, 2]", '{"a": [true]}', "{}", "'q'"),
    *("${x}", ",", "(1,2)", "|", "&a", "*a", "!t", "?", "<<", "---", "...", "~", ".inf", "é", "\\"),
]


@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
def test_a_text_that_is_read_means_the_same_to_a_parser(text):
    value = read(text)
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert value == "not read" or exact(value) == exact(parsed(text, monkeypatch))
