"""The inventory of runs as tables: which values there are, or their range."""

from __future__ import annotations

import pytest

from gittrack.analysis.inventory import Experiment, Values
from gittrack.core.run.run_info import from_iso
from gittrack.show.terminal import inventory


def cell(*values, kind: str = "param") -> str:
    """Return the cell about the values of a name."""
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    low, high = (min(numbers), max(numbers)) if numbers else (None, None)
    summary = Values("lr", 10, len(values), low, high, values)
    return inventory.values([summary], kind).rows[0][-1]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((0.1,), "0.1"),
        ((0.3, 0.1), "0.1, 0.3"),  # numbers are sorted
        (("b", "a"), "b, a"),  # text is in the order of its appearance
        (tuple(range(7)), "0 to 6"),
        (tuple("abcdefgh"), "a, b, c, d, e, f, …"),
        ((1, "x", None), "1, x, -"),
        (("\x1b",), "\\x1b"),
    ],
)
def test_the_values_of_a_param(values, shown):
    assert cell(*values) == shown


def test_of_a_metric_the_range_says_more():
    assert cell(0.5, kind="metric") == "0.5"
    assert cell(0.5, 0.25, kind="metric") == "0.25 to 0.5"


def test_heads_and_exact_rows():
    summary = Values("a\x1b", 3, 2, 1 / 3, 1.0, (1 / 3, 1.0))
    table = inventory.values([summary], "metric")
    assert (table.heads, table.rows[0][0]) == (["METRIC", "RUNS", "DISTINCT", "VALUES"], "a\\x1b")
    exact = inventory.values([summary], "metric", exact=True)
    assert exact.heads == ["metric", "runs", "distinct", "min", "max"]
    assert exact.rows == [["a\x1b", "3", "2", repr(1 / 3), "1.0"]]
    assert inventory.values([summary._replace(low=None, high=None)], "x", exact=True).rows[0][
        3:
    ] == ["", ""]


def test_experiments_with_their_statuses_and_the_age_of_the_latest_run():
    started = "2026-03-01T00:00:00.000Z"
    listed = [
        Experiment("cifar", 3, {"finished": 2, "failed": 1}, started),
        Experiment("old", 0, {}, None),
    ]
    now = from_iso(started) + 120
    assert inventory.experiments(listed, now).rows == [
        ["cifar", "3", "2 min ago", "1 failed, 2 finished"],
        ["old", "0", "-", ""],
    ]
    exact = inventory.experiments(listed, now, exact=True)
    assert [row[2] for row in exact.rows] == [started, ""]


def test_json_calls_the_ends_min_and_max():
    [row] = inventory.jsonable([Values("lr", 1, 1, 0.1, 0.2, (0.1, 0.2))])
    assert row == {
        **{"name": "lr", "runs": 1, "distinct": 1, "min": 0.1, "max": 0.2, "values": (0.1, 0.2)}
    }
