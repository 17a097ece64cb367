"""The verdict on two runs as text and JSON."""

import math

import pytest

from gittrack.analysis.console.comparison import ConsoleComparison, LinePair
from gittrack.analysis.series_comparison import Divergence
from gittrack.analysis.verdict import (
    CLOSE,
    DIFFERENT,
    EXACT,
    UNKNOWN,
    Omission,
    Verdict,
)
from gittrack.show.terminal import verdicts


def test_the_first_word_is_the_verdict():
    page = verdicts.page(Verdict(EXACT, metrics=2, points=20, artifact_count=1))
    assert page == "EXACT  the same: 2 metrics with 20 points, 1 artifact\n"
    assert verdicts.page(Verdict(CLOSE)).startswith("CLOSE  the same within tolerance")


def test_a_divergence_names_its_step_and_its_size():
    apart = Divergence("loss", 3, 0.5, 0.75, 0.25)
    page = verdicts.page(Verdict(DIFFERENT, divergences=(apart,)))
    assert "  loss: from step 3 on, 0.5 and 0.75, at most 0.25 apart\n" in page
    alone = Divergence("acc", None, None, None, math.inf)
    assert "  acc: only one of the runs has it\n" in verdicts.page(
        Verdict(DIFFERENT, divergences=(alone,))
    )


def test_metrics_that_are_left_out_come_first_with_their_differences():
    apart = Divergence("epoch_time", 0, 1.0, 3.0, 2.0)
    omitted = (Omission("epoch_time", apart), Omission("memory", None))
    loss = Divergence("loss", 3, 0.5, 0.75, 0.25)
    lines = verdicts.page(Verdict(DIFFERENT, divergences=(loss,), omitted=omitted)).splitlines()
    assert lines[1:4] == [
        "left out, because they measure time or memory:",
        "  epoch_time: from step 0 on, 1.0 and 3.0, at most 2 apart",
        "  the same in both: memory",
    ]
    assert lines[4] == "what differs:"
    assert lines[5].startswith("  loss: ")


@pytest.mark.parametrize(("run", "words"), [(1, "the first run"), (2, "the second run")])
def test_an_artifact_that_only_one_run_has_is_named_as_that(run, words):
    verdict = Verdict(DIFFERENT, artifacts=("b.bin",), lone_artifacts={"b.bin": run})
    assert f"  artifact b.bin: only {words} has it\n" in verdicts.page(verdict)
    assert verdicts.jsonable(verdict, "a", "b")["only_in_one"] == {"b.bin": run}


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
    assert first.startswith("UNKNOWN  nothing that was compared differs, but that does not prove ")
    assert second == "  lib is a repository of its own"


def test_names_cannot_control_the_terminal():
    page = verdicts.page(Verdict(DIFFERENT, artifacts=("a\x1b[2J",)), ["lr \x07"])
    assert "\x1b" not in page
    assert "\x07" not in page


def test_json_has_all_divergences():
    many = tuple(Divergence(f"m{n}", 0, 0.0, 1.0, 1.0) for n in range(10))
    record = verdicts.jsonable(Verdict(DIFFERENT, divergences=many), "a", None)
    assert (len(record["divergences"]), record["verdict"], record["b"]) == (10, "DIFFERENT", None)


def test_left_out_times_that_may_be_results_are_named():
    pairs = tuple(LinePair(n, f"delay {n} s", f"delay {n + 1} s") for n in range(1, 6))
    console = ConsoleComparison(lines=9, masked=5, examples=pairs[:1], doubtful=pairs)
    lines = verdicts.page(Verdict(EXACT, console=console)).splitlines()
    assert lines[1:] == [
        *(
            f'  printed line {n}: "delay {n} s" and "delay {n + 1} s" (times, places and chance are left out)'
            for n in (1, 2, 3)
        ),
        "  and 2 other forms of lines with such values (--json lists them)",
    ]


def test_what_could_not_be_compared_is_printed():
    verdict = Verdict(EXACT, metrics=1, points=1, written_problem="another run was going on")
    page = verdicts.page(verdict._replace(left_out_of={"r.csv": ("fit_time",)}))
    assert "not compared, what the commands wrote: another run was going on\n" in page
    assert "left out of r.csv, as times of the run: fit_time\n" in page
    content = verdicts.jsonable(verdict, "a", "b")
    assert content["written_problem"] == "another run was going on"
