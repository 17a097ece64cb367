"""Files that list files, read without a parser: exactly as the parser reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core import yaml_read, yaml_write
from gittrack.core.errors import TrackError
from gittrack.read import doctor_items

ENTRY = {"path": "out/a b.json", "size": 3, "sha256": "1" * 64, "where": "git", "link": ""}


def test_what_gittrack_writes_needs_no_parser(monkeypatch):
    content = {"files": [ENTRY, {"path": "true", "executable": True, "size": None}], "folders": []}
    data = yaml_write.dump(content)
    monkeypatch.setattr(yaml_read, "load_stored", None)
    assert doctor_items.load(data, "written.yaml") == content


@pytest.mark.parametrize("text", ["outputs:\n  - path: a\n  path: b\n", "outputs: [\n"])
def test_what_is_not_yaml_is_refused_as_by_the_parser(text):
    with pytest.raises(TrackError, match=r"^outputs\.yaml, line "):
        doctor_items.load(text.encode(), "outputs.yaml")


VALUES = [
    "1",
    "0",
    "-5",
    "01",
    "-0",
    "1.5",
    "true",
    "null",
    '"x y"',
    "y",
    "No",
    "a b",
    "1a",
    "x # y",
]
VALUES += [
    "[]",
    "~",
    "x: y",
    "|",
    "\xe9",
    "&a b",
    "*a",
    "!!str a",
    "",
    "  a",
    "0x1",
    "'q'",
    '"\\n"',
]
LINES = st.builds(
    "{}{}: {}\n".format,
    st.sampled_from([*["  - "] * 9, *["    "] * 9, "  ", "- ", "    - ", "\n  - "]),
    st.sampled_from(["path", "size", "where", "media"]),
    st.sampled_from([*VALUES, "a", "a"]),
)
HEADS = st.sampled_from(["outputs:\n", "files: []\n", "x:\n", "outputs: []\n"])


@given(st.lists(st.one_of(LINES, LINES, LINES, HEADS), max_size=5))
def test_text_of_any_origin_is_read_as_by_the_parser(lines):
    data = "".join(["outputs:\n", *lines]).encode()
    content = doctor_items._lists(data)
    if content is not None:
        assert repr(content) == repr(yaml_read.load_stored(data, "outputs.yaml"))
