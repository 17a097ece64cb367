"""Lists and leaderboards of runs: order, counts, and errors that name what exists."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git
from run_values import info

from gittrack import git
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.run import annotation_log
from gittrack.read.runs import query
from gittrack.read.runs.reader import Raw

INF, NAN = float("inf"), float("nan")
VALUES = (
    {"params": {"lr": 0.1}, "metrics": {"acc": 0.5, "loss": 2.0}, "experiment": "cifar"},
    {"params": {"lr": 0.01}, "metrics": {"acc": 0.9, "loss": INF}},
    {"params": {"opt": "sgd", "zero": None}, "metrics": {"loss": NAN}},
    {"metrics": {"acc": 0.7, "loss": 1.0}},
)


@pytest.fixture
def repo(empty_repo):
    for number, values in enumerate(VALUES, 1):
        run_values.commit(empty_repo, number, **values)
    return empty_repo


def numbers(runs: list[Raw]) -> list[int]:
    return [int(run.id[-8:], 16) for run in runs]


def listed(repo, **options) -> list[int]:
    return numbers(query.listing(repo, **options).runs)


# --- ls -------------------------------------------------------------------------------------------


LISTS: tuple[tuple[dict, list[int]], ...] = (
    ({}, [4, 3, 2, 1]),
    ({"reverse": True}, [1, 2, 3, 4]),
    ({"sort": "started"}, [1, 2, 3, 4]),
    ({"sort": "-id"}, [4, 3, 2, 1]),
    ({"sort": "lr"}, [2, 1, 4, 3]),
    ({"sort": "-lr"}, [1, 2, 4, 3]),
    ({"sort": "-acc", "limit": 2}, [2, 4]),
    ({"sort": "acc", "reverse": True}, [2, 4, 1, 3]),
    ({"sort": "params.zero"}, [4, 3, 2, 1]),  # null in all runs: there is no order
    ({"experiment": "cifar"}, [1]),
    ({"query": "acc > 0.6", "sort": "acc"}, [4, 2]),
)


def test_a_list_in_an_order(repo):
    for options, expected in LISTS:
        assert listed(repo, **options) == expected, options


@pytest.mark.parametrize(
    ("key", "hint"),
    [("acx", "did you mean acc?"), ("zzzzz", "see the columns: git track ls --all-params")],
)
def test_a_sort_key_that_no_run_has(repo, key, hint):
    with pytest.raises(TrackError, match=f"no run has anything called '{key}'") as caught:
        query.listing(repo, sort=key)
    assert caught.value.hint == hint


def test_an_experiment_without_runs_is_an_error_and_an_empty_repository_is_not(repo):
    with pytest.raises(NoSuchRun, match="no runs of the experiment 'cifer'"):
        query.listing(repo, experiment="cifer")
    run_git(".", "init", "-q", "other")
    assert query.listing(git.find("other")).runs == []


def archive(repo, number: int) -> None:
    commit = run_git(".", "rev-parse", f"refs/runs/default/{run_values.run_id(number)}")
    line = annotation_log.line(annotation_log.ARCHIVE, "Ada", 0.0)
    run_git(".", "notes", "--ref", "runs", "add", "-m", line.decode().strip(), commit)


def test_archived_runs_are_counted_and_included_on_request(repo):
    archive(repo, 4)
    answer = query.listing(repo)
    assert (numbers(answer.runs), answer.total, answer.archived) == ([3, 2, 1], 3, 1)
    assert listed(repo, archived=True) == [4, 3, 2, 1]


# --- top ------------------------------------------------------------------------------------------


def test_a_leaderboard_has_the_best_first_and_counts_the_others(repo):
    ranking = query.top(repo, "loss")
    assert numbers(ranking.runs) == [4, 1, 2, 3]
    assert (ranking.ranked, ranking.infinite, ranking.nan, ranking.without) == (2, 1, 1, 0)
    assert ranking.direction.smallest  # by its name
    assert numbers(query.top(repo, "loss", goal="max", limit=2).runs) == [1, 4]
    ranking = query.top(repo, "metrics.acc.max")
    assert (numbers(ranking.runs), ranking.without) == ([2, 4, 1, 3], 1)


def test_the_configuration_can_define_which_direction_is_better(repo):
    run_git(".", "config", "track.goal.acc", "min")
    assert numbers(query.top(repo, "acc").runs)[0] == 1


CANNOT_RANK: tuple[tuple[str, dict, str, str], ...] = (
    ("acx", {}, "no run has the metric 'acx'", "did you mean acc?"),
    ("zzzzz", {}, "no run has the metric 'zzzzz'", "there are: acc, loss"),
    ("lr", {}, "'lr' is a param, not a metric", "sort by it: git track ls --sort lr"),
    ("acc", {"query": "lr > 5"}, "no run matches the query", "test it: git track ls -w QUERY"),
    ("acc", {"query": 'opt == "sgd"'}, "no run has the metric 'acc'", "there are: loss"),
)


def test_a_metric_that_cannot_rank(repo):
    for metric, options, problem, hint in CANNOT_RANK:
        with pytest.raises(TrackError, match=problem) as caught:
            query.top(repo, metric, **options)
        assert caught.value.hint == hint


def test_without_metrics_the_error_says_so(empty_repo):
    with pytest.raises(TrackError) as caught:
        query.top(empty_repo, "acc")
    assert caught.value.hint == "no run has logged a metric"
    run_values.commit(empty_repo, 1, metrics={"acc": 1.0})
    archive(empty_repo, 1)
    with pytest.raises(TrackError) as caught:
        query.top(empty_repo, "acc")
    assert caught.value.hint == "all runs are archived; include them with --archived"


# --- Columns --------------------------------------------------------------------------------------

INFOS = [info(1, params={"lr": 1, "m": {"d": 2}}, metrics={"acc": 0.5})]


@pytest.mark.parametrize(
    "name",
    ["lr", "params.lr", "m.d", "acc", "metrics.acc", "acc.max", "metrics.acc.count", "status"],
)
def test_columns_that_a_run_has(name):
    query.check_columns(INFOS, [name])


@pytest.mark.parametrize("name", ["lrr", "params.acc", "acc.mean", "metrics.lr", "lr.max", ""])
def test_columns_that_no_run_has(name):
    with pytest.raises(TrackError, match="no run has anything called"):
        query.check_columns(INFOS, [name])
    query.check_columns([], [])
