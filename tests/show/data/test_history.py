"""show/data/history: a part of a series gives the same lines as its points, one by one."""

from __future__ import annotations

import pytest
from helpers import NASTY_TEXT, floats, ints
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run import series
from gittrack.show.data import history

NAMES = st.sampled_from(["loss", "=sum", "a,b", "a\rb", "-x", "é", *NASTY_TEXT])
ROWS = st.lists(st.tuples(NAMES, floats | ints, floats | ints, st.floats(0, 1e6)), max_size=8)
PLAIN = st.lists(
    st.tuples(st.sampled_from(["loss", "acc"]), floats, ints, st.floats(0, 9)), max_size=8
)


@given(ROWS | PLAIN, st.booleans())
def test_the_lines_are_those_of_the_points(rows, with_header):
    text = "".join(series.line(*row) for row in rows)
    data = (series.HEADER * with_header + text).encode("utf-8", "surrogatepass")
    points = series.parse(series.text_lines(data))
    expected = [history.line(["r1", name, step, value, s]) for step, name, value, s in points]
    assert "".join(history.HistoryLines("r1").lines(data)) == "".join(expected)


@pytest.mark.parametrize(
    ("cells", "line"),
    [("1e3,loss,00.50,1", "r1,loss,1000.0,0.5,1.0\n"), ("007,=a,-0,nan", "r1,'=a,7,0,nan\n")],
)
def test_numbers_are_written_in_one_form(cells, line):
    assert "".join(history.HistoryLines("r1").lines(f"{cells}\n".encode())) == line
