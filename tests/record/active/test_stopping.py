"""record/active/stopping: a trial applies the rule of its sweep, and an error never ends the training."""

from __future__ import annotations

import json
import math
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.analysis.stopping_rules import EarlyTerminate
from gittrack.core.run import events, series
from gittrack.record.active import stopping

MEDIAN = EarlyTerminate("median", least=1)


@pytest.fixture
def sweep(tmp_path, monkeypatch) -> Path:
    """The folder of a sweep that stops trials which are worse than the median of the others."""
    folder = tmp_path / "sweep"
    folder.mkdir()
    rule = {"metric": "loss", "goal": "minimize", "rule": MEDIAN._asdict()}
    (folder / stopping.RULE).write_text(json.dumps(rule))
    monkeypatch.setenv(stopping.VARIABLE, str(folder))
    return folder


@pytest.fixture
def trial(new_journal):
    return new_journal(sweep={"id": "s", "trial": "7", "attempt": 2})


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def rule(sweep, trial, warnings):
    return stopping.TrialRule(trial, lambda kind, text: warnings.append(text))


def log(book, *values: float, metric: str = "loss", first: int = 0) -> None:
    for step, value in enumerate(values, first):
        book.series.write(series.line(metric, value, step, 0.0).encode())


def finish(sweep: Path, *values: float, key: str = "1 1") -> None:
    """Let another trial finish with these values."""
    stopping.append_curve(sweep / stopping.CURVES, key, list(enumerate(values)), finished=True)


def curves(sweep: Path) -> list[dict]:
    lines = (sweep / stopping.CURVES).read_text().splitlines()
    return [json.loads(line) for line in lines if line]


def stopped_at(book) -> object:
    return book.state().facts["sweep"].get("stopped")


def test_a_trial_goes_on_while_it_is_as_good_as_the_others(sweep, trial, rule):
    finish(sweep, 1.0, 1.0)
    assert not rule.should_stop()
    log(trial, 0.5)
    assert not rule.should_stop()
    assert stopped_at(trial) is None


def test_a_trial_that_is_worse_stops_and_the_journal_has_the_step(sweep, trial, rule):
    finish(sweep, 1.0, 1.0)
    log(trial, 3.0, first=10)
    assert rule.should_stop()
    assert stopped_at(trial) == 10
    assert trial.state().facts["sweep"]["trial"] == "7"


def test_after_the_first_time_the_answer_stays(sweep, trial, rule):
    finish(sweep, 1.0)
    log(trial, 3.0)
    assert rule.should_stop()
    log(trial, 0.0, first=1)
    assert rule.should_stop()
    assert stopped_at(trial) == 0


def test_other_metrics_do_not_count(sweep, trial, rule):
    finish(sweep, 1.0)
    log(trial, 9.0, metric="time")
    assert not rule.should_stop()


def test_each_point_is_appended_once_for_the_other_trials(sweep, trial, rule):
    log(trial, 0.5, 0.4)
    rule.should_stop()
    rule.should_stop()
    log(trial, 0.3, first=2)
    rule.should_stop()
    assert curves(sweep) == [
        {"trial": "7 2", "curve": [[0, 0.5], [1, 0.4]]},
        {"trial": "7 2", "curve": [[2, 0.3]]},
    ]


def test_a_trial_is_not_compared_with_itself(sweep, trial, rule):
    finish(sweep, 0.1, key="7 2")
    log(trial, 3.0)
    assert not rule.should_stop()


def test_an_earlier_attempt_is_another_trial(sweep, trial, rule):
    finish(sweep, 0.1, key="7 1")
    log(trial, 3.0)
    assert rule.should_stop()


def test_the_curve_of_a_trial_that_finished_replaces_its_points():
    others = {}
    for line in (
        '{"trial": "1 1", "curve": [[0, 5.0]]}',
        '{"trial": "1 1", "curve": [[1, 4.0]]}',
        '{"trial": "2 1", "curve": [[0, 1.0]]}',
        '{"trial": "1 1", "curve": [[0, 5.0], [1, 4.0], [2, 3.0]], "finished": true}',
    ):
        stopping._add_points(others, line)
    assert others["1 1"] == ([(0, 5.0), (1, 4.0), (2, 3.0)], True)
    assert others["2 1"] == ([(0, 1.0)], False)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats()), max_size=5))
def test_a_curve_is_read_as_it_was_appended(curve):
    file = Path(tempfile.mkdtemp(), "curves")
    stopping.append_curve(file, "1 1", curve)
    others = {}
    for line in stopping.NewLines(file).new():
        stopping._add_points(others, line)
    assert str(others["1 1"].curve) == str(curve)  # NaN is not equal to itself


@pytest.mark.parametrize(
    "text",
    [
        '{"trial": "1 1", "cur\n',
        "\n",
        "[]\n",
        "5\n",
        '{"curve": [[0, 1.0]]}\n',
        '{"trial": "1 1", "curve": [[0]]}\n',
        '{"trial": "1 1", "curve": [[0, "x"]]}\n',
        '{"trial": "1 1", "curve": 5}\n',
        '{"trial": "1 1", "curve": [[0, 1',
    ],
)
def test_a_line_that_a_full_disk_has_cut_is_left_out(sweep, trial, rule, warnings, text):
    (sweep / stopping.CURVES).write_text(text)
    finish(sweep, 1.0, key="3 1")
    log(trial, 3.0)
    assert rule.should_stop()
    assert warnings == []


def test_only_whole_lines_are_read_and_each_once(tmp_path):
    file = tmp_path / "lines"
    lines = stopping.NewLines(file)
    assert lines.new() == []
    file.write_text("a\nb")
    assert lines.new() == ["a\n"]
    file.write_text("a\nbc\nd\n")
    assert lines.new() == ["bc\n", "d\n"]
    assert lines.new() == []


def test_the_curve_of_a_metric_is_taken_from_the_series():
    lines = [
        series.HEADER,
        series.line("loss", 0.5, 0, 0.0),
        series.line("acc", 1.0, 0, 0.0),
        series.line("loss", math.inf, 1.5, 0.1),
    ]
    assert stopping.curve_of(lines, "loss") == [(0, 0.5), (1, math.inf)]


@pytest.mark.parametrize("line", ["garbage\n", "1,loss\n", "", "\n", series.HEADER])
def test_a_line_that_is_not_a_point_is_not_in_the_curve(line):
    point = series.line("loss", 0.5, 3, 0.0)
    assert stopping.curve_of([line, point, line], "loss") == [(3, 0.5)]


@pytest.mark.parametrize("step", [math.inf, -math.inf, math.nan])
def test_a_step_that_is_not_finite_counts_as_a_point(trial, rule, step):
    trial.series.write(series.line("loss", 0.5, step, 0.0).encode())
    assert not rule.should_stop()
    assert rule._check.curve == [(0, 0.5)]


@pytest.mark.parametrize("facts", [{}, {"sweep": {"id": "s", "trial": "1"}}])
def test_a_run_is_a_trial_only_of_a_sweep_with_a_rule(new_journal, sweep, monkeypatch, facts):
    assert (stopping.from_environment(new_journal(**facts)) is None) == (not facts)
    monkeypatch.delenv(stopping.VARIABLE)
    assert stopping.from_environment(new_journal(**facts)) is None


def test_a_missing_rule_is_a_warning_and_the_trial_goes_on(sweep, trial, warnings):
    (sweep / stopping.RULE).unlink()
    rule = stopping.TrialRule(trial, lambda kind, text: warnings.append(text))
    log(trial, 3.0)
    assert not rule.should_stop()
    assert len(warnings) == 1
    assert "cannot be applied, so the trial goes on: " in warnings[0]


@pytest.mark.parametrize("text", ["", "5", "{}", '{"metric": "a", "goal": "minimize"}', "[1]"])
def test_a_damaged_rule_is_a_warning_and_the_trial_goes_on(sweep, trial, warnings, text):
    (sweep / stopping.RULE).write_text(text)
    rule = stopping.TrialRule(trial, lambda kind, text: warnings.append(text))
    assert not rule.should_stop()
    assert len(warnings) == 1


def test_points_that_could_not_be_appended_are_appended_later(sweep, trial, rule, warnings):
    log(trial, 0.5)
    (sweep / stopping.CURVES).mkdir()
    assert not rule.should_stop()
    assert "Is a directory" in warnings[0]
    (sweep / stopping.CURVES).rmdir()
    assert not rule.should_stop()
    assert curves(sweep) == [{"trial": "7 2", "curve": [[0, 0.5]]}]


def test_a_line_that_is_cut_while_it_is_written_is_an_error(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:9]))
    with pytest.raises(OSError, match="No space left"):
        stopping.append_curve(tmp_path / "curves", "1 1", [(0, 0.5)])


def test_the_facts_of_the_trial_stay_when_it_stops(sweep, trial, rule):
    trial.append(events.FACTS, values={"sweep": {**trial.state().facts["sweep"], "order": 3}})
    finish(sweep, 1.0)
    log(trial, 3.0)
    rule.should_stop()
    facts = trial.state().facts["sweep"]
    assert facts == {"id": "s", "trial": "7", "attempt": 2, "order": 3, "stopped": 0}


def test_a_trial_on_another_machine_reads_the_curves_and_writes_none(sweep, trial, warnings):
    """The process of the sweep reads its points from the journal instead."""
    shared, stored = sweep / "shared.jsonl", json.loads((sweep / stopping.RULE).read_text())
    (sweep / stopping.RULE).write_text(json.dumps({**stored, "curves": str(shared)}))
    stopping.append_curve(shared, "1 1", [(0, 1.0)], finished=True)
    rule = stopping.TrialRule(trial, lambda kind, text: warnings.append(text))
    log(trial, 3.0)
    assert rule.should_stop()
    assert len(shared.read_text().splitlines()) == 2
    assert not (sweep / stopping.CURVES).exists()
    assert not warnings
