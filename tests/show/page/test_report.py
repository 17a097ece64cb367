"""A comparison of runs to paste into a pull request."""

from __future__ import annotations

import math

import pytest
from run_values import info

from gittrack.analysis.differences import DiffRow, DiffTable
from gittrack.show.page import report
from gittrack.show.terminal import diff_many


def page(*infos, style: str = "md", stats: str = "the same code\n", **sections) -> str:
    every = {**{name: [] for name in diff_many.SECTIONS}, **sections}
    return report.page(DiffTable(infos, every), {run.id: stats for run in infos}, style)


BASE = info(1, name="base", metrics={"acc": 0.5}, code={"commit": "c" * 40})
OTHER = info(2, metrics={"acc": 0.75, "loss": 1.0}, code={"commit": "d" * 40, "dirty": True})


def test_two_runs_in_markdown():
    text = page(BASE, OTHER, params=[DiffRow("lr", (0.1, 0.2))])
    assert text.splitlines() == [
        "### Runs",
        "",
        "| run      | name   | status   | commit    |   acc |   loss |",
        "|:---------|:-------|:---------|:----------|------:|-------:|",
        "| 00000001 | base   | finished | cccccccc  |   0.5 |      - |",
        "| 00000002 | -      | finished | dddddddd* |  0.75 |      1 |",
        "",
        "### Changed params",
        "",
        "| params   | base   | 00000002   |",
        "|:---------|:-------|:-----------|",
        "| lr       | 0.1    | 0.2        |",
        "",
        "### Metrics",
        "",
        "| metric   |   base |               00000002 |",
        "|:---------|-------:|-----------------------:|",
        "| acc      |    0.5 | 0.75 ▲ +0.25 (+50.0 %) |",
        "| loss     |      - |                      1 |",
        "",
        "### Code: base to 00000002",
        "",
        "```",
        "the same code",
        "```",
        "",
        "Equal: metrics, command, seed and tags, inputs, environment and packages, code.",
    ]


def test_for_a_terminal_there_are_no_marks():
    text = page(BASE, OTHER, style="text")
    assert "#" not in text
    assert "|" not in text
    assert "Code: base to 00000002\nthe same code\n" in text


@pytest.mark.parametrize(
    ("before", "after", "cell"),
    [
        (0.5, 0.5, "0.5 ="),
        (0.75, 0.5, "0.5 ▼ -0.25 (-33.3 %)"),
        (0.0, 0.5, "0.5 ▲ +0.5"),
        (math.nan, 0.5, "0.5"),
        (0.5, math.inf, "inf"),
        (0.9123441, 0.9123442, "0.9123442 ▲ +1e-07 (+1e-05 %)"),
    ],
)
def test_a_change_has_an_arrow_and_a_percentage(before, after, cell):
    text = page(info(1, metrics={"m": before}), info(2, metrics={"m": after}))
    [row] = [line for line in text.splitlines() if line.startswith("| m ")]
    assert row.split("|")[-2].strip() == cell


def test_one_run_is_compared_with_nothing():
    text = page(BASE)
    assert "Code" not in text
    assert "Equal" not in text


def test_text_of_runs_is_escaped():
    text = page(info(1, name="a|b\x1b"), info(2), stats="caf\u00e9 \x1b\n")
    assert "\x1b" not in text
    assert "a\\|b" in text
