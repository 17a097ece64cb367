"""One value in many runs: from a line of the body if possible, else from the decoded run; both agree."""

from __future__ import annotations

import math

import pytest
import run_values
from helpers import texts
from hypothesis import given
from hypothesis import strategies as st
from run_values import NO_REPO, info, raw

from gittrack.core.run import annotation_log, commit_message
from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import RUNNING, Metric
from gittrack.read.runs import lookup
from gittrack.read.runs.lookup import Lookup, Way


def value(run, key: str):
    return Lookup(NO_REPO, lookup.ways(key))(run)


def live(**values):
    """Return a run that is going on, which has no body."""
    run = info(**values)._replace(status=RUNNING, commit=None, ref=None)
    return raw()._replace(info=run, body=None, commit=None, ref=None)


RUN = {
    "params": {"lr": 0.1, "model": {"depth": 18}, "a.b": 1, "acc": "param", "none": None},
    "metrics": {"acc": Metric(0.75, 0.5, 0.875, 20, 21), "val.loss": 1.5},
    "name": "baseline",
    "code": {"commit": "c" * 40, "dirty": True},
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("metrics.acc", 0.75),
        ("metrics.acc.last", 0.75),
        ("metrics.acc.min", 0.5),
        ("metrics.acc.max", 0.875),
        ("metrics.acc.step", 20),
        ("metrics.acc.count", 21),
        ("acc", 0.75),  # a metric comes before a param
        ("acc.max", 0.875),
        ("params.acc", "param"),
        ("params.lr", 0.1),
        ("lr", 0.1),
        ("model.depth", 18),
        ("params.model.depth", 18),
        ("val.loss", 1.5),
        ("name", "baseline"),
        ("status", "finished"),
        ("experiment", "default"),  # from the ref
        ("code", "c" * 40),
        ("duration", 2.0),
        ("none", None),
    ],
)
@pytest.mark.parametrize("make", [raw, live])
def test_keys_of_a_committed_and_of_a_live_run(make, key, expected):
    run = make(**RUN)
    if make is live and key == "status":
        expected = RUNNING
    assert value(run, key) == expected


@pytest.mark.parametrize("make", [raw, live])
@pytest.mark.parametrize(
    "key",
    ["loss", "metrics.lr", "params.acc.max", "metrics.acc.mean", "metrics.acc.max.min", "x.y"],
)
def test_what_a_run_does_not_have_is_missing(make, key):
    assert value(make(**RUN), key) is MISSING


def test_a_name_that_ends_like_another_is_not_that_one():
    run = raw(params={"my_lr": 1, "lr2": 2}, metrics={"top/acc": 0.5})
    assert value(run, "lr") is MISSING
    assert value(run, "acc") is MISSING


def test_a_metric_whose_name_ends_like_a_part_comes_first():
    run = raw(metrics={"acc": 0.5, "acc.max": 0.25})
    assert value(run, "metrics.acc.max") == 0.25


@pytest.mark.parametrize("last", [math.nan, math.inf, -math.inf, 0.0, 1e300, 10**15, 2**53 + 1])
def test_every_number_is_read_exactly(last):
    run = raw(metrics={"x": Metric(last, 0.0, 1.0, 2, 3)})
    assert repr(value(run, "x")) == repr(last) or value(run, "x") == last


def test_a_step_that_is_null_is_none():
    assert value(raw(metrics={"x": Metric(1.0, 1.0, 1.0, None, 0)}), "x.step") is None


@given(st.dictionaries(texts, st.floats(), max_size=3), texts)
def test_the_line_of_a_metric_says_what_the_decoded_run_says(metrics, name):
    run = raw(metrics=metrics)
    decoded = info(metrics=metrics).metrics.get(name)
    answer = Lookup(NO_REPO, lookup.metric(name)[:1])(run)
    assert repr(answer) == (repr(decoded.last) if decoded else "MISSING")


def test_what_a_long_body_leaves_out_is_read_from_the_files_of_the_run(empty_repo):
    many = {f"p{number}": number for number in range(1001)}
    run = run_values.commit(empty_repo, params=many, metrics={"acc": 0.5})
    assert b"params.p500: " not in run.body
    assert Lookup(empty_repo, lookup.ways("p500"))(run) == 500
    assert Lookup(empty_repo, lookup.ways("p9999"))(run) is MISSING


def test_an_annotation_counts_more_than_the_body():
    line = annotation_log.line(annotation_log.NAME, "Ada", 0.0, name="renamed")
    run = raw(name="first", annotations=annotation_log.parse(line))
    assert value(run, "name") == "renamed"


def test_tags_are_a_list_wherever_they_are():
    """Two kinds of lists would be sorted one after the other, and not by their values."""
    operation = {"at": "2026-01-01T00:00:00.000Z", "by": "A <a@b>", "op": "tag", "add": ["z"]}
    annotated = raw(tags=["a"], annotations=(operation,))
    runs = (raw(tags=["a"]), annotated, live(tags=["a"]))
    assert [value(run, "tags") for run in runs] == [["a"], ["a", "z"], ["a"]]


def test_a_value_that_cannot_be_parsed_is_missing():
    run = raw()
    broken = run._replace(body=run.body + b'params.x: "no end\nmetrics.y: {"last": [}\n')
    assert value(broken, "x") is MISSING
    assert value(broken, "y") is MISSING


# --- Ways ---------------------------------------------------------------------------------------


def test_a_param_is_a_path_or_a_key_with_dots():
    assert lookup.param(("a", "b")) == [Way("params.a.b"), Way('params."a.b"')]
    assert lookup.param(("lr",)) == [Way("params.lr")]


def test_a_fact_has_ways_and_any_other_name_has_none():
    assert lookup.fact("status") == [Way("status")]
    assert [way.line for way in lookup.fact("duration")] == ["duration_s"]
    assert [way.line for way in lookup.fact("age")] == ["started"]
    assert lookup.fact("lr") == []


def test_quoted_names_are_written_as_in_the_body():
    run = raw(metrics={"val loss": 1.0}, params={"weight decay": 0.1})
    assert value(run, "metrics.val loss") == 1.0
    assert Lookup(NO_REPO, lookup.param(("weight decay",)))(run) == 0.1
    assert commit_message.key_text("val loss") == '"val loss"'
