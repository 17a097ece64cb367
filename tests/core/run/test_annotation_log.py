"""What is said about a run afterwards: lines that fold to one state in whatever order git merged them."""

import itertools

import pytest
from helpers import texts
from hypothesis import given

from gittrack.core.run import annotation_log
from gittrack.core.run.run_info import RunInfo

RUN = RunInfo("20260101-000000-aaaaaaaa", "default", "finished", name="old", tags=("a", "b"))
ADA, BOB = "Ada <a@example.org>", "Bob <b@example.org>"


def folded(*lines):
    return annotation_log.with_annotations(RUN, annotation_log.parse(b"".join(lines)))


def test_each_operation():
    after = folded(
        annotation_log.line("tag", ADA, 1, add=["c"], remove=["a"]),
        annotation_log.line("note", ADA, 2, text="first"),
        annotation_log.line("note", BOB, 3, text="second"),
        annotation_log.line("name", ADA, 4, name="new"),
        annotation_log.line("archive", ADA, 5, archived=True),
        annotation_log.line("of a later version", ADA, 6),
    )
    assert (after.tags, after.note, after.name) == (("b", "c"), "first\nsecond", "new")
    assert after.archived


def test_the_order_of_lines_does_not_matter():
    lines = [
        annotation_log.line("name", ADA, 10, name="x"),
        annotation_log.line("name", BOB, 11, name="y"),
        annotation_log.line("tag", ADA, 12, add=["z"]),
        annotation_log.line("tag", BOB, 13, remove=["z"]),
    ]
    states = {folded(*some)[:12].__repr__() for some in itertools.permutations(lines)}
    assert len(states) == 1
    assert folded(*lines).name == "y"
    assert "z" not in folded(*lines).tags


def test_a_line_that_came_by_both_ways_counts_once():
    line = annotation_log.line("note", ADA, 1, text="once")
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
    assert annotation_log.with_annotations(RUN, annotation_log.parse(note)).id == RUN.id


def test_a_clock_turned_back_does_not_reorder():
    first = annotation_log.line("name", ADA, 2_000_000_000, name="first")
    at = annotation_log.next_moment(first, now=1_000_000_000)
    assert folded(annotation_log.line("name", ADA, at, name="second"), first).name == "second"


@given(texts)
def test_any_text_survives(text):
    expected = "\n".join(filter(None, (RUN.note, text))) or None
    assert folded(annotation_log.line("note", ADA, 1, text=text)).note == expected
