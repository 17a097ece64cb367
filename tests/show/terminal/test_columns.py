"""The columns of a table of runs."""

import pytest
from run_values import info

from gittrack.core.run.run_info import Code, Metric, RunInfo
from gittrack.show.terminal import columns

RUN = RunInfo(
    "20260101-000000-0000abcd",
    "x",
    "finished",
    started="2026-01-01T00:00:00Z",
    params={"lr": 0.1, "model": {"depth": 3}, "loss": "mse"},
    metrics={"loss": Metric(0.5, 0.25, 1.0, 9, 10)},
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("experiment", "x"),
        ("lr", 0.1),
        ("params.model.depth", 3),
        ("model.depth", 3),
        ("metrics.loss", 0.5),
        ("loss.max", 1.0),
        ("loss", 0.5),  # a metric before a param
        ("params.loss", "mse"),
        ("absent", None),
    ],
)
def test_a_name_selects_a_fact_a_metric_or_a_param(name, value):
    column = columns.by_name(name, 0.0)
    assert value is None or column.get(RUN) == value
    assert value is not None or column.show(column.get(RUN)) == "-"


def test_a_start_is_shown_as_an_age():
    column = columns.started(1767225600.0 + 120)  # 2 minutes after the start of 2026
    assert column.show(column.get(RUN)) == "2 min ago"


def test_code_states_have_a_column_only_if_they_differ():
    clean = RUN._replace(code=Code(commit="a" * 40))
    assert columns.code_states({"a" * 40}, set()) == []
    (column,) = columns.code_states({"a" * 40, "b" * 40}, {"b" * 40})
    assert column.show(column.get(clean)) == "aaaaaaaa"
    assert column.show("b" * 40) == "bbbbbbbb*"


def test_a_short_id_is_the_random_part():
    assert columns.short_id(RUN.id) == "0000abcd"
    assert columns.short_id("short") == "short"


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({}, "run 00000001 finished in 2.0 s"),
        ({"name": "base"}, "run 00000001 base finished in 2.0 s"),
        ({"status": "failed", "exit_code": 3}, "run 00000001 failed (exit code 3) in 2.0 s"),
        ({"status": "killed", "signal": "SIGINT"}, "run 00000001 killed (SIGINT) in 2.0 s"),
        ({"duration_s": None}, "run 00000001 finished in -"),
        (
            {"metrics": {"loss": 0.5, "val loss": 0.25, "z": 1.0, "y": 1.0}},
            'run 00000001 finished in 2.0 s  "val loss"=0.25  loss=0.5  y=1',
        ),
    ],
)
def test_the_line_at_the_end_of_a_run(facts, line):
    assert columns.summary_line(info(1, **facts)) == line
