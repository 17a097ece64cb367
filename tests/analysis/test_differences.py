"""The differences between runs, as values."""

import math

from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis import differences
from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import Metric, RunInfo


def metric(last, count=1):
    return Metric(last, last, last, 0, count)


def test_changes_name_what_one_side_does_not_have():
    changes = differences.changes({"lr": 0.1, "depth": 3}, {"lr": 0.2, "width": 5})
    assert changes == [("depth", 3, MISSING), ("lr", 0.1, 0.2), ("width", MISSING, 5)]


def test_equal_values_are_no_change():
    assert differences.changes({"a": math.nan, "b": 1}, {"a": math.nan, "b": 1}) == []


@given(st.dictionaries(st.text(), st.integers() | st.floats() | st.text()))
def test_a_mapping_does_not_differ_from_itself(values):
    assert differences.changes(values, dict(values)) == []
    assert differences.differing_rows([values, dict(values), dict(values)]) == []


def test_a_row_has_a_value_for_each_run():
    rows = differences.differing_rows([{"lr": 1, "same": 0}, {"same": 0}, {"lr": 1, "same": 0}])
    assert rows == [("lr", (1, MISSING, 1))]


def test_a_metric_changes_by_a_difference_and_a_percentage_of_the_first():
    (change,) = differences.metric_changes({"loss": metric(0.5)}, {"loss": metric(0.25)})
    assert (change.delta, change.percent) == (-0.25, -50.0)


def test_no_percentage_of_zero_and_no_difference_of_nan():
    (change,) = differences.metric_changes({"m": metric(0.0)}, {"m": metric(1.0)})
    assert (change.delta, change.percent) == (1.0, None)
    (change,) = differences.metric_changes({"m": metric(1.0)}, {"m": metric(math.nan)})
    assert (change.delta, change.percent) == (None, None)


def test_a_difference_that_overflows_is_unknown():
    (change,) = differences.metric_changes({"m": metric(-1e308)}, {"m": metric(1e308)})
    assert (change.delta, change.percent) == (None, None)


def test_series_of_another_length_differ():
    (change,) = differences.metric_changes({"m": metric(1.0, 3)}, {"m": metric(1.0, 4)})
    assert change.delta == 0.0
    assert differences.metric_changes({"m": metric(1.0, 3)}, {"m": metric(1.0, 3)}) == []


def test_a_metric_of_one_run_only_has_no_difference():
    assert differences.metric_changes({"m": metric(1.0)}, {}) == [
        ("m", metric(1.0), None, None, None)
    ]


def test_facts_that_no_two_runs_share_are_not_compared():
    a = RunInfo("20260101-000000-00000001", "x", "finished", seed=1, duration=1.0)
    b = a._replace(id="20260101-000000-00000002", duration=2.0, started="2026-01-01T00:00:00Z")
    assert differences.fact_changes(a, b) == []
    assert differences.fact_changes(a, b._replace(seed=2)) == [("seed", 1, 2)]
