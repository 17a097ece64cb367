"""Rows as Parquet: one type for each column."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.show.data import parquet

pytest.importorskip("pyarrow")


def read(file: io.BytesIO):
    from pyarrow import parquet as arrow_parquet

    return arrow_parquet.read_table(io.BytesIO(file.getvalue()))


def column(*values):
    """Return the type of a column and its values, written and read back."""
    file = io.BytesIO()
    parquet.write([{"x": value} for value in values], ["x"], file)
    table = read(file)
    return str(table.schema.field("x").type), table.column("x").to_pylist()


@pytest.mark.parametrize(
    ("values", "kind", "stored"),
    [
        ((1, 2, None), "int64", [1, 2, None]),
        ((1, 0.5), "double", [1.0, 0.5]),
        ((True, False), "bool", [True, False]),
        ((True, 1), "string", ["true", "1"]),
        (("a", 1), "string", ["a", "1"]),
        ((2**63 - 1, 1), "int64", [2**63 - 1, 1]),
        ((2**63, 1), "string", [str(2**63), "1"]),  # neither int64 nor double holds it exactly
        ((2**53, 0.5), "double", [2.0**53, 0.5]),
        ((2**53 + 1, 0.5), "string", [str(2**53 + 1), "0.5"]),
        ((10**400, 0.5), "string", [f"1{'0' * 400}", "0.5"]),
        (([1, 2], {"a": None}), "string", ["[1, 2]", '{"a": null}']),
        ((None, None), "string", [None, None]),
        (("\udcff",), "string", ["\\udcff"]),
    ],
)
def test_a_column_has_the_type_of_its_values_or_is_text(values, kind, stored):
    assert column(*values) == (kind, stored)


def test_a_missing_value_is_null_and_the_columns_keep_their_order():
    file = io.BytesIO()
    parquet.write([{"b": 1}, {"a": "x"}], ["b", "a"], file)
    assert read(file).to_pydict() == {"b": [1, None], "a": [None, "x"]}


def test_pandas_is_not_imported():
    script = (
        "import io, sys; from gittrack.show.data import parquet; "
        "parquet.write([{'x': 1, 'y': 'a'}, {'x': 0.5, 'y': None}], ['x', 'y'], io.BytesIO()); "
        "sys.exit('pandas' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@given(st.lists(st.none() | st.booleans()), st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_arrays_are_those_of_pyarrow(flags, whole_numbers):
    import pyarrow as arrow

    texts = [None if number is None else f"é{number}" for number in whole_numbers]
    numbers = [None if number is None else float(number) for number in whole_numbers]
    for cells, kind in (
        (flags, arrow.bool_()),
        (whole_numbers, arrow.int64()),
        (numbers, arrow.float64()),
        (texts, arrow.string()),
    ):
        made = parquet._array(arrow, cells, kind)
        made.validate(full=True)
        assert made.equals(arrow.array(cells, kind))


def test_rows_are_written_in_parts(monkeypatch):
    rows = [{"a": n, "b": n / 2 or None} for n in range(7)]
    for at_once, of_group in ((2, 4), (2, 5), (7, 7), (100, 100)):
        monkeypatch.setattr(parquet, "_ROWS", at_once)
        monkeypatch.setattr(parquet, "_BATCH", of_group)
        file = io.BytesIO()
        parquet.write(rows, ["a", "b"], file)
        assert read(file).to_pylist() == [{"a": None, "b": None} | row for row in rows]


def test_points_are_written_in_parts(monkeypatch):
    monkeypatch.setattr(parquet, "_BATCH", 2)
    points = [("run", "loss", float(n), n / 2, n * 0.1) for n in range(5)]
    file = io.BytesIO()
    parquet.write_history(iter(points), file)
    table = read(file)
    assert table.column_names == ["run", "metric", "step", "value", "time"]
    assert table.column("value").to_pylist() == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_no_points_are_an_empty_table():
    file = io.BytesIO()
    parquet.write_history([], file)
    assert read(file).num_rows == 0


def test_without_pyarrow_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(TrackError, match="Parquet needs pyarrow") as caught:
        parquet.write([], [], io.BytesIO())
    assert caught.value.hint == "pip install 'gittrack[parquet]'"
