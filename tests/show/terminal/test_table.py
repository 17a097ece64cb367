"""Tables as text, Markdown and CSV, and what fits a terminal."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from gittrack.show.terminal import table
from gittrack.show.terminal.table import Table

RUNS = Table(["ID", "NAME", "LOSS"], [["1", "a long name of a run", "0.5"]], [False, False, True])


def widest(content):
    return max(map(len, table.render(content).splitlines()))


def test_numbers_are_aligned_to_the_right():
    assert table.render(Table(["N", "X"], [["a", "1"], ["b", "22"]], [False, True])) == (
        "N   X\na   1\nb  22\n"
    )


def test_markdown_escapes_bars():
    assert "a\\|b" in table.render(Table(["h"], [["a|b"]]), "md")


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=1))
def test_csv_gives_back_every_cell(rows):
    out = io.StringIO(newline="")
    table.write_csv(rows, out)
    assert list(csv.reader(io.StringIO(out.getvalue(), newline=""))) == rows


def test_without_a_width_nothing_is_left_out():
    assert table.fit_columns(RUNS, {2: "loss"}, None) is RUNS


def test_columns_are_left_out_in_the_given_order_until_the_table_fits():
    fitting = table.fit_columns(RUNS, {2: "loss", 0: "id"}, 24)
    assert (fitting.heads, fitting.left_out) == (["ID", "NAME"], ["loss"])
    assert table.fit_columns(RUNS, {2: "loss", 0: "id"}, 5).left_out == ["id", "loss"]


def test_cells_are_shortened_before_a_column_is_left_out():
    fitting = table.fit_columns(RUNS, {2: "loss"}, 22, shrinking=[1])
    assert (len(fitting.heads), widest(fitting)) == (3, 22)


def test_a_column_of_constants_is_left_out_before_cells_are_shortened():
    fitting = table.fit_columns(RUNS, {2: "loss"}, 24, shrinking=[1], first=1)
    assert (fitting.heads, fitting.rows) == (["ID", "NAME"], [["1", "a long name of a run"]])


def test_a_thousand_columns_are_left_out_with_one_look_at_the_rows():
    names = {position: f"p{position}" for position in range(1, 1001)}
    looks = []

    def rows():
        looks.append(1)
        yield from (["x" * 8] * 1001 for _ in range(table.MANY + 1))

    content = Table(["ID", *names.values()], table.rows_of(table.MANY + 1, rows))
    fitting = table.fit_columns(content, dict(reversed(names.items())), 30)
    assert (fitting.heads, len(fitting.left_out)) == (["ID", "p1", "p2"], 998)
    assert len(looks) == 2  # for the widths, and for the cells of what fits
