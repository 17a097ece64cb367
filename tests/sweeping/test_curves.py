"""sweeping/curves: a sweep that continues knows the curves of the trials that ended before."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.analysis.stopping_rules import EarlyTerminate
from gittrack.core.run import events, series
from gittrack.read.runs import reader
from gittrack.record import journal
from gittrack.record.active import stopping
from gittrack.search.plan import SweepPlan
from gittrack.sweeping import curves, state

RULE = EarlyTerminate("hyperband", rungs=(1, 3, 9), eta=3)


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    run_git(tmp_path, "init", "-q")
    return git.find()


def trial(repo, number: int, *values: float, **facts: object):
    """Commit the run of a trial that counts, with a point for each value."""
    points = "".join(series.line("loss", value, step, 0.0) for step, value in enumerate(values))
    sweep = {"id": "s", "trial": str(number), "config": number, "order": number, **facts}
    status = sweep.pop("status", "finished")
    contents = {"series": (series.HEADER + points).encode()} if values else {}
    raw = run_values.commit(
        repo, number, metrics={"loss": 1.0}, sweep=sweep, status=status, contents=contents
    )
    return reader.decode(repo, raw)


PLAN = SweepPlan(None, (), "grid", "loss", "minimize", {}, early_terminate=RULE)


def prepared(repo, *infos, **keep) -> list[dict]:
    curves.prepare(repo, Path(), PLAN, state.of_runs(infos, "loss", (), None), **keep)
    return lines_of(Path(stopping.CURVES))


def lines_of(path: Path) -> list[dict]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines if line]


def test_the_rule_is_read_back_by_the_trials(repo):
    prepared(repo)
    stored = json.loads(Path(stopping.RULE).read_text())
    assert (stored["metric"], stored["goal"]) == ("loss", "minimize")
    rule = {**stored["rule"], "rungs": tuple(stored["rule"]["rungs"])}
    assert EarlyTerminate(**rule) == RULE


def test_each_trial_that_ended_has_its_curve(repo):
    assert prepared(repo, trial(repo, 0, 3.0, 2.0), trial(repo, 1, 5.0)) == [
        {"trial": "0 1", "curve": [[0, 3.0], [1, 2.0]], "finished": True},
        {"trial": "1 1", "curve": [[0, 5.0]], "finished": True},
    ]


@pytest.mark.parametrize(
    ("facts", "finished"),
    [({}, True), ({"stopped": 1}, False), ({"status": "failed"}, False)],
)
def test_only_a_trial_that_trained_to_its_end_is_complete(repo, facts, finished):
    [curve] = prepared(repo, trial(repo, 0, 3.0, 2.0, **facts))
    assert curve["finished"] is finished


def test_the_attempt_is_part_of_the_name(repo):
    [curve] = prepared(repo, trial(repo, 4, 3.0, attempt=2))
    assert curve["trial"] == "4 2"


def test_a_run_without_points_has_an_empty_curve(repo):
    [curve] = prepared(repo, trial(repo, 0))
    assert curve["curve"] == []


def test_values_that_are_not_finite_are_kept(repo):
    [curve] = prepared(repo, trial(repo, 0, math.nan, math.inf))
    assert math.isnan(curve["curve"][0][1])
    assert curve["curve"][1] == [1, math.inf]


def test_curves_of_an_earlier_process_are_replaced(repo):
    stopping.append_curve(Path(stopping.CURVES), "9 1", [(0, 1.0)])
    assert prepared(repo) == []


def test_trials_of_an_earlier_process_still_read_the_file(repo):
    stopping.append_curve(Path(stopping.CURVES), "9 1", [(0, 1.0)])
    assert [line["trial"] for line in prepared(repo, trial(repo, 0, 3.0), keep=True)] == [
        "9 1",
        "0 1",
    ]


@pytest.fixture
def collector(repo):
    curves.file_of(repo.common_dir, "s").parent.mkdir(parents=True)
    return curves.CurveCollector(repo, "s", PLAN, ())


def begin(repo, sweep: str, key: str) -> journal.Journal:
    """Return the journal of a trial that runs, perhaps on another machine."""
    book = journal.create(repo.common_dir)
    facts = {
        "format": 1,
        "id": book.id,
        "experiment": "e",
        "status": "running",
        "started": "2026-01-01T00:00:00Z",
    }
    sweep_facts = {"id": sweep, "trial": key, "attempt": 2}
    book.append(events.START, values={**facts, "sweep": sweep_facts})
    return book


def log(book: journal.Journal, *values: float, first: int = 0) -> None:
    for step, value in enumerate(values, first):
        book.series.write(series.line("loss", value, step, 0.0).encode())


def test_points_of_running_trials_are_collected_once(repo, collector):
    book, other = begin(repo, "s", "7"), begin(repo, "another sweep", "7")
    log(book, 3.0, 2.0)
    log(other, 9.0)
    collector.look(at_once=True)
    log(book, 1.0, first=2)
    collector.look(at_once=True)
    collector.look(at_once=True)
    assert lines_of(collector.file) == [
        {"trial": "7 2", "curve": [[0, 3.0], [1, 2.0]], "finished": False},
        {"trial": "7 2", "curve": [[2, 1.0]]},
    ]
    book.release()
    other.release()


def test_the_next_process_of_a_sweep_adds_no_point_twice(repo, collector):
    book = begin(repo, "s", "7")
    log(book, 3.0)
    collector.look(at_once=True)
    log(book, 2.0, first=1)
    curves.CurveCollector(repo, "s", PLAN, ()).look(at_once=True)
    others: dict = {}
    for line in stopping.NewLines(collector.file).new():
        stopping._add_points(others, line)
    assert others["7 2"].curve == [(0, 3.0), (1, 2.0)]
    book.release()


def test_a_trial_that_counts_is_complete_even_if_its_journal_is_still_there(repo, collector):
    info, book = trial(repo, 0, 3.0, 2.0), begin(repo, "s", "0")
    log(book, 3.0)
    collector.ended([info._replace(id=book.id)])
    collector.look(at_once=True)
    assert lines_of(collector.file) == [
        {"trial": "0 1", "curve": [[0, 3.0], [1, 2.0]], "finished": True}
    ]
    book.release()
