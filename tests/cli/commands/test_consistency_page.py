"""The comparison of means over seeds as text and JSON."""

from __future__ import annotations

import math

import pytest
from run_values import info

from gittrack.analysis.statistics.equivalence import Equivalence
from gittrack.analysis.verdict import CONSISTENT, DIFFERENT, FAILED, UNKNOWN
from gittrack.cli.commands import _consistency_page

ORIGINALS = [info(1, seed=1), info(2, seed=2)]
RERUNS = [info(3, seed=3), info(4)]


def result(level: str = CONSISTENT, **more) -> Equivalence:
    values = {
        **{"level": level, "difference": 0.001, "low": -0.002, "high": 0.004, "margin": 0.005},
        **{"originals": (0.5, 0.6), "reruns": (0.5, 0.6), "needed": None, "reason": ""},
        **more,
    }
    return Equivalence(**{name: values[name] for name in Equivalence._fields})


def page(level: str = CONSISTENT, *, originals=ORIGINALS, reruns=RERUNS, **metrics) -> list[str]:
    return _consistency_page.page(level, originals, reruns, metrics).splitlines()


def test_the_verdict_the_interval_and_the_runs():
    assert page(acc=result()) == [
        "CONSISTENT  the means are the same within the margin, at the level of 5 %",
        "  acc: CONSISTENT, the means differ by 0.001, 90 % interval -0.002 to 0.004, margin 0.005",
        "original: 00000001 (seed 1), 00000002 (seed 2)",
        "again: 00000003 (seed 3), 00000004 (seed none)",
    ]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"needed": 12}, "  acc: about 12 seeds would decide it: --seeds 12"),
        (
            {},
            "  acc: no number of reruns decides it, because the original has 2 runs: run the original"
            " with more seeds, or use a larger margin",
        ),
        (
            {"originals": (0.5,)},
            "  acc: no number of reruns decides it, because the original has 1 run: ",
        ),
        ({"reason": "all values are equal"}, "  acc: all values are equal"),
    ],
)
def test_what_would_decide_an_unknown_verdict(more, line):
    assert page(UNKNOWN, acc=result(UNKNOWN, **more))[2].startswith(line)


def test_without_numbers_there_is_only_the_reason():
    text = page(FAILED, acc=result(UNKNOWN, difference=math.nan, reason="it diverged"))
    assert text[1] == "  acc: UNKNOWN, it diverged"


@pytest.mark.parametrize(
    ("reruns", "why"),
    [
        ([], "it was stopped before a rerun ended"),
        (
            [info(3), info(4, status="failed")],
            "1 of 2 reruns did not finish, so a mean would be a selection",
        ),
        (RERUNS, "a rerun does not have all of the metrics, so a mean would be a selection"),
    ],
)
def test_a_failure_says_why(reruns, why):
    assert page(FAILED, reruns=reruns)[0] == f"FAILED  {why}"


def test_one_original_is_an_assumption_that_is_named():
    assert page(DIFFERENT, originals=ORIGINALS[:1])[-1].startswith(
        "the original is one run: it is assumed"
    )
    assert "assumed" not in page(FAILED, originals=ORIGINALS[:1])[-1]


def test_of_many_runs_ten_are_named():
    assert page(reruns=[info(number) for number in range(11)])[-1].endswith(
        "0000000 (seed none), ..."[9:]
    )


def test_json_has_all_values():
    whole = _consistency_page.jsonable(UNKNOWN, ORIGINALS, RERUNS, {"acc": result(UNKNOWN)})
    assert whole["seeds"] == [3, None]
    assert whole["metrics"]["acc"]["originals"] == [0.5, 0.6]
    assert whole["metrics"]["acc"]["reason"] is None
    assert whole["verdict"] == UNKNOWN
