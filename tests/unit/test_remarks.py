"""What is said about a run afterwards: lines that fold to one state in whatever order git merged them."""

import itertools

import pytest
from helpers import texts
from hypothesis import given

from gittrack.core import remarks
from gittrack.core.model import RunInfo

RUN = RunInfo("20260101-000000-aaaaaaaa", "default", "finished", name="old", tags=("a", "b"))
ADA, BOB = "Ada <a@example.org>", "Bob <b@example.org>"


def folded(*lines):
    return remarks.applied(RUN, remarks.parse(b"".join(lines)))


def test_each_operation():
    after = folded(
        remarks.line("tag", ADA, 1, add=["c"], remove=["a"]),
        remarks.line("note", ADA, 2, text="first"),
        remarks.line("note", BOB, 3, text="second"),
        remarks.line("name", ADA, 4, name="new"),
        remarks.line("archive", ADA, 5, archived=True),
        remarks.line("of a later version", ADA, 6),
    )
    assert (after.tags, after.note, after.name) == (("b", "c"), "first\nsecond", "new")
    assert after.archived


def test_the_order_of_lines_does_not_matter():
    lines = [
        remarks.line("name", ADA, 10, name="x"),
        remarks.line("name", BOB, 11, name="y"),
        remarks.line("tag", ADA, 12, add=["z"]),
        remarks.line("tag", BOB, 13, remove=["z"]),
    ]
    states = {folded(*some)[:12].__repr__() for some in itertools.permutations(lines)}
    assert len(states) == 1
    assert folded(*lines).name == "y"
    assert "z" not in folded(*lines).tags


def test_a_line_that_came_by_both_ways_counts_once():
    line = remarks.line("note", ADA, 1, text="once")
    assert folded(line, line).note == "once"


def test_a_line_written_by_hand_is_a_remark():
    assert folded(b"looks good to me\n", b"\n", b"[1]\n").note == "[1]\nlooks good to me"


@pytest.mark.parametrize(
    "note",
    [
        b"\xff\xfe\n",
        b'{"op": "tag", "add": 5}\n',
        b'{"op": "name", "name": {}}\n',
        b'{"op": ["tag"]}\n',
        b"[" * 100_000,
        b'{"at": 5, "op": "note", "text": null}\n',
    ],
)
def test_rubbish_is_not_a_crash(note):
    assert remarks.applied(RUN, remarks.parse(note)).id == RUN.id


def test_a_clock_turned_back_does_not_reorder():
    first = remarks.line("name", ADA, 2_000_000_000, name="first")
    at = remarks.next_moment(first, now=1_000_000_000)
    assert folded(remarks.line("name", ADA, at, name="second"), first).name == "second"


@given(texts)
def test_any_text_survives(text):
    expected = "\n".join(filter(None, (RUN.note, text))) or None
    assert folded(remarks.line("note", ADA, 1, text=text)).note == expected
