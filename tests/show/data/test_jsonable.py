"""Runs as JSON."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import Metric, RunInfo
from gittrack.show.data import jsonable

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_every_value_of_a_run_is_strict_json(value):
    def refuse(constant):
        raise AssertionError(constant)

    json.loads(jsonable.dump(value), parse_constant=refuse)


def test_what_json_does_not_have_becomes_text_or_null():
    values = [math.nan, math.inf, -math.inf, MISSING, (1, 2)]
    assert jsonable.plain(values) == ["NaN", "Infinity", "-Infinity", None, [1, 2]]


def test_a_run_that_is_not_a_trial_has_no_sweep():
    run = RunInfo("20260101-000000-00000001", "x", "running", metrics={"m": Metric(1, 1, 1, 0, 1)})
    record = jsonable.run(run)
    assert record["sweep"] is None
    assert record["tags"] == []
    assert record["metrics"]["m"]["last"] == 1
    assert isinstance(record["code"], dict)


@given(st.lists(VALUES, max_size=3))
def test_values_one_after_the_other_are_the_text_of_the_list(values):
    assert "".join(jsonable.dump_each(iter(values))) == jsonable.dump(values)
