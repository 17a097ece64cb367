"""The verdicts that annotations record."""

from __future__ import annotations

import pytest

from gittrack.core.run import annotation_log, judgement
from gittrack.core.run.judgement import Judgement
from gittrack.core.run.run_info import RunInfo

GOOD = {"level": "EXACT", "evidence": ["metrics"], "rerun": "r1", "rules": judgement.RULES}


def after(*operations):
    """Return the verdict of a run that has these annotations."""
    lines = b"".join(
        annotation_log.line(annotation_log.VERDICT, "me", at, **fields)
        for at, fields in enumerate(operations)
    )
    return annotation_log.with_annotations(
        RunInfo("a", "b", "finished"), annotation_log.parse(lines)
    ).verdict


def test_the_best_verdict_counts():
    worse = {**GOOD, "level": "DIFFERENT", "rerun": "r2"}
    assert after(GOOD, worse) == after(worse, GOOD) == Judgement("EXACT", ("metrics",), "r1")
    assert after(GOOD, {**GOOD, "rerun": "r3"}).rerun == "r3"  # the later of equal ones


def test_a_verdict_of_earlier_rules_is_marked_and_is_the_worst():
    older = {**GOOD, "rules": judgement.RULES - 1}
    assert after(older).level == "OUTDATED"
    assert after({**GOOD, "rules": None}).level == "OUTDATED"
    assert after(older, {**GOOD, "level": "DIFFERENT"}).level == "DIFFERENT"
    assert after({**GOOD, "rules": judgement.RULES + 1}).level == "EXACT"


@pytest.mark.parametrize(
    "wrong", [{"level": "GOOD"}, {"level": None}, {"evidence": "metrics"}, {"rerun": 3}]
)
def test_an_annotation_of_another_form_is_no_verdict(wrong):
    assert after({**GOOD, **wrong}) is None
