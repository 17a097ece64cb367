"""The verdict on two runs as text and JSON."""

import math

from gittrack.analysis.verdict import CLOSE, DIFFERENT, EXACT, UNKNOWN, Divergence, Verdict
from gittrack.show.terminal import verdicts


def test_the_first_word_is_the_verdict():
    assert verdicts.page(Verdict(EXACT, metrics=2, points=20)) == (
        "EXACT  every point of every metric and every artifact are the same (metrics: 2, points: 20)\n"
    )
    assert verdicts.page(Verdict(CLOSE)).startswith("CLOSE  within tolerance")


def test_a_divergence_names_its_step_and_its_size():
    apart = Divergence("loss", 3, 0.5, 0.75, 0.25)
    page = verdicts.page(Verdict(DIFFERENT, divergences=(apart,)))
    assert "  loss: from step 3 on, 0.5 and 0.75, at most 0.25 apart\n" in page
    alone = Divergence("acc", None, None, None, math.inf)
    assert "  acc: only one of the runs has it\n" in verdicts.page(
        Verdict(DIFFERENT, divergences=(alone,))
    )


def test_at_most_eight_metrics_are_listed():
    many = tuple(Divergence(f"m{n}", 0, 0.0, 1.0, 1.0) for n in range(10))
    page = verdicts.page(Verdict(DIFFERENT, divergences=many))
    assert "m7:" in page
    assert "m8:" not in page
    assert "  and 2 more metrics\n" in page


def test_an_unknown_verdict_says_what_to_do():
    assert "hint: log a metric in the script" in verdicts.page(Verdict(UNKNOWN, "nothing"))


def test_limits_are_printed_below_the_verdict():
    page = verdicts.page(Verdict(EXACT).limited(["lib is a repository of its own"]))
    first, second = page.splitlines()
    assert first.startswith("UNKNOWN  the results agree, but it is not known whether ")
    assert second == "  lib is a repository of its own"


def test_names_cannot_control_the_terminal():
    page = verdicts.page(Verdict(DIFFERENT, artifacts=("a\x1b[2J",)), ["lr \x07"])
    assert "\x1b" not in page
    assert "\x07" not in page


def test_json_has_all_divergences():
    many = tuple(Divergence(f"m{n}", 0, 0.0, 1.0, 1.0) for n in range(10))
    record = verdicts.jsonable(Verdict(DIFFERENT, divergences=many), "a", None)
    assert (len(record["divergences"]), record["verdict"], record["b"]) == (10, "DIFFERENT", None)
