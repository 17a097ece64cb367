"""The differences between two runs, and among several, as text, Markdown and JSON."""

from __future__ import annotations

import pytest
from run_values import info, summary

from gittrack.analysis.differences import (
    Change,
    CodeChange,
    DiffRow,
    DiffTable,
    RunDiff,
    metric_changes,
)
from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import Metric
from gittrack.show.terminal import diff_many, difference

SAME_CODE = CodeChange("c" * 40, "c" * 40, "", "")
A, B = info(1, name="base"), info(2)


def diff(**sections) -> RunDiff:
    parts = {"run": [], "params": [], "metrics": [], "env": [], "inputs": [], "code": SAME_CODE}
    return RunDiff(A, B, **{**parts, **sections})


INTRO = (
    "A = 20260301-000000-00000001  default  base  finished\n"
    "B = 20260301-000000-00000002  default  finished\n\n"
)


# --- Two runs -------------------------------------------------------------------------------------


def test_equal_runs_have_one_line():
    assert difference.page(diff()) == (
        f"{INTRO}equal: params, metrics, command, seed and tags, inputs, environment and packages, code\n"
    )


def test_values_stand_side_by_side_and_missing_ones_are_named():
    changes = [Change("lr", 0.1, 0.01), Change("new\x1b", MISSING, "x" * 120)]
    page = difference.page(diff(params=changes), ["params"])
    assert page == (
        f"{INTRO}params\n"
        "  param    A base  B 00000002\n"
        "  lr       0.1     0.01\n"
        f"  new\\x1b  (none)  {'x' * 99}…\n"
    )


def metrics_of(a: dict, b: dict):
    first, second = ({name: summary(value) for name, value in side.items()} for side in (a, b))
    return metric_changes(first, second)


@pytest.mark.parametrize(
    ("a", "b", "cells"),
    [
        (0.5, 0.75, ["0.5", "0.75", "+0.25", "+50.0 %"]),
        (0.75, 0.5, ["0.75", "0.5", "-0.25", "-33.3 %"]),
        (0.0, 1.0, ["0", "1", "+1"]),
        (float("nan"), 1.0, ["nan", "1"]),
        (0.9123441, 0.9123442, ["0.9123441", "0.9123442", "+1e-07", "+1e-05 %"]),
        (
            Metric(1.0, 0.0, 1.0, 9, 10),
            Metric(1.0, 0.0, 1.0, 19, 20),
            ["1", "1", "points 10 -> 20"],
        ),
        (Metric(1.0, 0.0, 1.0, 9, 10), Metric(1.0, 0.5, 1.0, 9, 10), ["1", "1", "range"]),
    ],
)
def test_a_metric_has_its_change_and_percent(a, b, cells):
    page = difference.page(diff(metrics=metrics_of({"m": a}, {"m": b})), ["metrics"])
    row = page.splitlines()[-1].split("  ")
    assert [cell.strip() for cell in row if cell.strip()] == ["m", *cells]


def test_a_metric_that_one_run_does_not_have_has_no_change():
    page = difference.page(diff(metrics=metrics_of({"m": 1.0}, {})), ["metrics"])
    assert page.splitlines()[-1].split() == ["m", "1", "-"]


def test_a_command_and_tags_are_lines_for_people():
    changes = [Change("command", ["python", "a b"], MISSING), Change("tags", ["x", "y"], [])]
    page = difference.page(diff(run=changes), ["run"])
    assert "  command  python 'a b'  (none)\n  tags     x, y" in page


PATCH = "-old\n+new `` ``` x\x1b\n"


def test_code_is_a_patch_with_the_command_for_it():
    code = CodeChange("a" * 40, "b" * 40, PATCH, "1 file changed")
    assert difference.page(diff(code=code), ["code"]) == (
        f"{INTRO}code\n  1 file changed  (git diff {'a' * 12} {'b' * 12})\n-old\n+new `` ``` x\\x1b\n"
    )
    assert difference.page(diff(code=code), ["code"], "md").endswith(
        "### code\n\n1 file changed\n\n````diff\n-old\n+new `` ``` x\\x1b\n````\n"  # a longer fence
    )
    problem = CodeChange("a", None, "", "", "one of the runs has no commit")
    assert difference.page(diff(code=problem), ["code"]).endswith(
        "  one of the runs has no commit\n"
    )


def test_json_has_every_section_and_where_a_name_is_missing():
    changes = [Change("lr", 1, 2), Change("x", MISSING, 1), Change("y", 1, MISSING)]
    whole = difference.jsonable(diff(params=changes, metrics=metrics_of({"m": 1.0}, {"m": 2.0})))
    assert [(entry["name"], entry["only_in"]) for entry in whole["params"]] == [
        *(("lr", None), ("x", "b"), ("y", "a")),
    ]
    [metric] = whole["metrics"]
    assert (metric["delta"], metric["percent"], metric["a"]["last"]) == (1.0, 100.0, 1.0)
    assert whole["code"] == SAME_CODE._asdict()
    sections = {"run", "params", "metrics", "media", "env", "inputs", "code", "unrecorded"}
    assert whole.keys() == {"a", "b", *sections}


# --- Several runs ---------------------------------------------------------------------------------


def table(**sections) -> DiffTable:
    every = {name: [] for name in diff_many.SECTIONS}
    return DiffTable(
        (A, B, info(3, name="a name that is too long for a column")), {**every, **sections}
    )


def test_several_runs_have_a_column_each():
    rows = [DiffRow("lr", (0.1, 0.01, MISSING)), DiffRow("opt", ("x" * 40, [1], True))]
    assert diff_many.page(table(params=rows), ["params", "code"]) == (
        "params  base                              00000002  a name that is too …\n"
        "lr      0.1                               0.01      -\n"
        f"opt     {'x' * 31}…  [1]       true\n"
        "\n"
        "equal: code\n"
    )


def test_in_markdown_nothing_is_cut():
    rows = [DiffRow("opt", ("x" * 40, "y", "z"))]
    page = diff_many.page(table(params=rows), ["params"], "md")
    assert page.startswith("### params\n\n| params")
    assert "x" * 40 in page


def test_commits_are_short_and_commands_are_lines():
    sections = {
        "code": [DiffRow("code", ("a" * 40, "b" * 40, MISSING))],
        "run": [DiffRow("command", (["sh", "a b"], ["sh"], ["sh"]))],
    }
    page = diff_many.page(table(**sections), ["code", "run"])
    assert f"{'a' * 12}  {'b' * 12}  -" in page
    assert "command                 sh 'a b'  sh" in page


def test_json_of_several_runs_leaves_missing_values_out():
    whole = diff_many.jsonable(table(metrics=[DiffRow("acc", (0.5, MISSING, 0.5))]))
    assert whole["metrics"] == {"acc": {A.id: 0.5, info(3).id: 0.5}}
    assert whole["runs"] == [A.id, B.id, info(3).id]
    assert whole["params"] == {}
