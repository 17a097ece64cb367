"""core/series: metrics.csv and its summary."""

import csv
import io
import math

import pytest
from helpers import NASTY_FLOATS, NASTY_INTS, NASTY_TEXT, exact, floats, ints, texts
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run import series

steps = st.integers(-5, 5) | st.floats(-3, 3)
points = st.lists(st.tuples(steps, st.sampled_from(["loss", "acc", "a,b"]), floats | ints))


def written(rows):
    lines = (series.line(name, value, step, 0.5) for step, name, value in rows)
    return series.HEADER + "".join(lines)


def read(data):
    return list(series.parse(series.text_lines(data)))


def test_a_point_is_a_line():
    assert series.line("loss", 0.25, 3, 1.2345) == "3,loss,0.25,1.234\n"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *(("loss", "loss"), ("val/loss", "val/loss"), (" a ", " a "), ("a,b", '"a,b"')),
        *(('say "hi"', '"say ""hi"""'), ("a\\b", "a\\b"), ("\\a", "\\\\\\a")),
        *(("a\nb", "\\a\\nb"), ("a\r,\\", '"\\a\\r,\\\\"')),
    ],
)
def test_a_name_is_a_cell_on_one_line(name, cell):
    assert series.cell(name) == cell


@pytest.mark.parametrize("name", [*NASTY_TEXT, 'a,\n"b\\n', "\\", "\\\\n", '"', '",\r'])
def test_a_nasty_name_reads_back_as_itself(name):
    data = written([(0, name, 1)]).encode("utf-8", "surrogatepass")
    assert [row[1] for row in read(data)] == [name]


@given(texts | st.text("a,\"\\\n\rn'", max_size=8), floats | ints, steps)
def test_any_point_reads_back_as_itself(name, value, step):
    data = written([(step, name, value)]).encode("utf-8", "surrogatepass")
    assert data.count(b"\n") == 2
    assert exact(list(read(data)[0])) == exact([step, name, value, 0.5])


@given(st.text("a,\" b'", min_size=1, max_size=8))
def test_any_csv_reader_sees_four_columns(name):
    rows = list(csv.reader(io.StringIO(written([(1, name, 2.5)]))))
    assert rows == [["step", "name", "value", "time"], ["1", name, "2.5", "0.500"]]


@pytest.mark.parametrize("value", [*NASTY_FLOATS, *NASTY_INTS])
def test_a_nasty_number_reads_back_as_itself(value):
    assert exact([row[2] for row in series.parse([series.line("a", value, 0, 0)])]) == exact(
        [value]
    )


def test_a_header_is_no_point_and_not_needed():
    assert list(series.parse([series.HEADER])) == []
    assert list(series.parse(["1,a,2,3\n"])) == [(1, "a", 2, 3.0)]


@pytest.mark.parametrize(
    "bad", ["", "1,a,2", "1,a,2,3,4", "x,a,1,0", "1,a,x,0", "1,a,2,", '1,"a"\rb,2,0', "step,a,1,0"]
)
def test_a_line_that_is_no_point_is_named(bad):
    with pytest.raises(ValueError, match="line 2"):
        list(series.parse(["0,a,1,0\n", bad + "\n"]))


@given(points, st.data())
def test_a_torn_file_gives_its_whole_lines(rows, data):
    whole = written(rows).encode()
    cut = data.draw(st.integers(0, len(whole)))
    kept = series.whole_lines(whole[:cut])
    assert whole.startswith(kept)
    assert whole[:cut].count(b"\n") == kept.count(b"\n")
    found = read(kept)
    assert exact([list(row[:3]) for row in found]) == exact(
        [list(row) for row in rows[: len(found)]]
    )


def test_a_summary_is_last_min_max_step_count():
    rows = [(0, "loss", 0.9), (1, "loss", 0.2), (0, "acc", 0.5), (2, "loss", 0.4)]
    found = series.summarise(written(rows).splitlines(keepends=True))
    assert found == {"loss": (0.4, 0.2, 0.9, 2, 3), "acc": (0.5, 0.5, 0.5, 0, 1)}
    assert list(found["loss"].to_dict()) == ["last", "min", "max", "step", "count"]


def test_last_is_the_last_logged_whatever_its_step():
    rows = [(5, "a", 1), (-1, "a", 3), (5, "a", 2), (0.5, "a", 1.5)]
    assert series.fold((*row, 0.0) for row in rows) == {"a": (1.5, 1, 3, 0.5, 4)}


def test_nan_counts_but_never_wins():
    nan = math.nan
    found = series.fold((0, "a", value, 0.0) for value in (nan, 2.0, nan, 1.0, nan))["a"]
    assert (found.min, found.max, found.count) == (1.0, 2.0, 5)
    assert math.isnan(found.last)


def test_nothing_but_nan_is_nan():
    found = series.fold([(0, "a", math.nan, 0.0)])["a"]
    assert math.isnan(found.min)
    assert math.isnan(found.max)


@given(points)
def test_a_summary_is_what_one_would_compute_from_all_points(rows):
    found = series.fold((*row, 0.0) for row in rows)
    assert list(found) == list(dict.fromkeys(name for _, name, _ in rows))
    for name, metric in found.items():
        mine = [(step, value) for step, other, value in rows if other == name]
        numbers = [value for _, value in mine if value == value] or [math.nan]
        expected = [mine[-1][1], min(numbers), max(numbers), mine[-1][0], len(mine)]
        for one, two in zip(metric, expected, strict=True):
            assert one == two or (one != one and two != two)
