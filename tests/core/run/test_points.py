"""core/points: JSON lines of any command -> lines of metrics.csv."""

import json

from helpers import exact, floats, texts
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run import series
from gittrack.core.run.points import convert

names = texts.filter(lambda name: name and name != "step")


def test_a_line_is_a_point_of_each_metric():
    assert convert(b'{"step": 3, "loss": 0.4, "acc": 1}\n', b"") == (
        "3,loss,0.4,0.000\n3,acc,1,0.000\n",
        [],
    )


def test_without_a_step_points_are_counted_metric_by_metric():
    lines, _ = convert(b'{"a": 1}\n{"a": 2, "b": 5}\n{"step": 9, "a": 3}\n{"a": 4}\n', b"")
    assert lines == "0,a,1,0.000\n1,a,2,0.000\n0,b,5,0.000\n9,a,3,0.000\n10,a,4,0.000\n"


def test_times_are_when_the_file_was_seen_to_have_grown():
    data = b'{"a": 1}\n{"a": 2}\n{"a": 3}\n'  # 9 bytes a line
    lines, _ = convert(data, b"9 0.5\n27 1.5\n")
    assert lines == "0,a,1,0.500\n1,a,2,1.500\n2,a,3,1.500\n"


def test_a_torn_line_of_times_is_left_out():
    assert convert(b'{"a": 1}\n', b"9 0.5\n27 1")[0] == "0,a,1,0.500\n"


def test_a_last_line_without_a_line_break_counts_if_it_is_whole():
    assert convert(b'{"a": 1}', b"")[0] == "0,a,1,0.000\n"
    assert convert(b'{"a": 1}\n{"a": 2', b"") == ("0,a,1,0.000\n", [(2, "not a JSON object")])


def test_blank_lines_are_nothing():
    assert convert(b"\n \n\r\n", b"") == ("", [])


def test_a_bad_line_is_named_and_the_others_are_kept():
    data = b'{"a": 1}\nhello\n[1]\n12\n{"a": "x"}\n{"": 1}\n{"step": "x", "a": 1}\n\xff\n{"a": 2}\n'
    lines, bad = convert(data, b"")
    assert lines == "0,a,1,0.000\n1,a,2,0.000\n"
    assert [one.number for one in bad] == [2, 3, 4, 5, 6, 7, 8]
    assert bad[3].reason.startswith("the metric 'a' is 'x' (str)")


def test_a_bad_value_takes_its_whole_line_with_it():
    assert convert(b'{"a": 1, "b": null}\n{"a": 2}\n', b"")[0] == "0,a,2,0.000\n"


def test_lines_made_to_hurt_are_bad_lines():
    data = b'{"a": ' + b"9" * 5000 + b"}\n" + b"[" * 100_000 + b"\n" + b'{"a": [[[1]]]}\n'
    lines, bad = convert(data, b"")
    assert lines == ""
    assert [one.number for one in bad] == [1, 2, 3]


def test_odd_steps_are_kept():
    data = b'{"step": -1, "a": 1}\n{"step": 0.5, "a": 2}\n{"step": NaN, "a": 3}\n{"a": 4}\n'
    assert [line.split(",")[0] for line in convert(data, b"")[0].splitlines()] == [
        *("-1", "0.5", "nan", "0"),
    ]


@given(st.lists(st.dictionaries(names, floats, min_size=1, max_size=3), max_size=5))
def test_every_point_arrives(rows):
    data = b"".join(json.dumps({"step": 7, **row}).encode() + b"\n" for row in rows)
    lines, bad = convert(data, b"")
    assert bad == []
    found = [[name, value] for _, name, value, _ in series.parse(lines.split("\n")[:-1])]
    assert exact(found) == exact([[name, value] for row in rows for name, value in row.items()])


@given(st.data())
def test_a_torn_file_loses_at_most_its_last_line(data):
    whole = b'{"step": 1, "a": 1}\n{"step": 2, "a": 2}\n{"step": 3, "a": 3}\n'
    cut = data.draw(st.integers(0, len(whole)))
    lines, bad = convert(whole[:cut], b"")
    assert convert(whole, b"")[0].startswith(lines)
    assert len(bad) <= 1
    assert lines.count("\n") >= whole[:cut].count(b"\n")
