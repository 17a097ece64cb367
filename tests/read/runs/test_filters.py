"""Queries over runs: which match, what a name means, and what an error proposes."""

from __future__ import annotations

import pytest
from run_values import NO_REPO, raw

from gittrack.core.query.grammar import QueryError
from gittrack.core.run.run_info import Metric
from gittrack.read.runs import filters

RUNS = [
    raw(1, name="base", params={"lr": 0.1, "opt": "sgd"}, metrics={"acc": 0.5}, tags=["good"]),
    raw(2, params={"lr": 0.01, "opt": "adam"}, metrics={"acc": 0.9, "loss": float("nan")}),
    raw(3, status="failed", params={"lr": 1, "model": {"depth": 18}}, resumed=2),
    raw(
        4,
        params={"weight decay": 0.1, "class": "a"},
        metrics={"acc": Metric(0.7, 0.1, 0.95, 9, 10)},
    ),
]


def numbers(query: str) -> list[int]:
    """Return the numbers of the matching runs."""
    return [int(run.id[-8:], 16) for run in filters.matching(NO_REPO, RUNS, query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("acc > 0.6", [2, 4]),
        ("acc > 0.6 and lr < 0.1", [2]),
        ("acc.max > 0.92", [4]),
        ("metrics.acc == 0.5", [1]),
        ("params.lr >= 0.1", [1, 3]),
        ('opt == "adam"', [2]),
        ('opt != "adam"', [1]),  # a run without the param does not match
        ("not acc > 0.6", [1, 3]),
        ("model.depth == 18", [3]),
        ('params["weight decay"] == 0.1', [4]),
        ('status == "failed"', [3]),
        ('"good" in tags', [1]),
        ('"good" not in tags', [2, 3, 4]),
        ('name == "base"', [1]),
        ("loss < 100", []),  # NaN is never smaller
        ("duration == 2", [1, 2, 3, 4]),
        ('experiment == "default"', [1, 2, 3, 4]),
        ("has(lr)", [1, 2, 3]),
        ("has(nothing)", []),
        ("age > 0", [1, 2, 3, 4]),
    ],
)
def test_matching_runs_stay_in_their_order(query, expected):
    assert numbers(query) == expected


def test_a_query_over_no_runs_accepts_every_name():
    assert filters.matching(NO_REPO, [], "anything > 1") == []


@pytest.mark.parametrize(
    ("query", "problem", "hint"),
    [
        ("lrr > 1", "no run has 'lrr'", "did you mean params.lr?"),
        ("metrics.lr > 1", "no run has 'metrics.lr'", "there are: metrics.acc, metrics.loss"),
        ("status == failed", "no run has 'failed'", 'put the word in quotes: "failed"'),
        ("zzzzzz > 1", "no run has 'zzzzzz'", "there are: "),
        ("wait_decay > 1", "no run has 'wait_decay'", 'did you mean params["weight decay"]'),
        ("params.clas == 1", "no run has 'params.clas'", 'did you mean params["class"]'),
    ],
)
def test_a_name_that_no_run_has_is_an_error_with_a_proposal(query, problem, hint):
    with pytest.raises(QueryError) as caught:
        numbers(query)
    assert problem in caught.value.message
    assert hint in caught.value.message + caught.value.hint


def test_a_name_that_is_a_metric_and_a_param_must_say_which():
    runs = [raw(1, params={"loss": "mse"}), raw(2, metrics={"loss": 0.5})]
    with pytest.raises(QueryError, match="is a metric and a param") as caught:
        filters.matching(NO_REPO, runs, "loss < 1")
    assert "metrics.loss or params.loss" in str(caught.value)
    assert filters.matching(NO_REPO, runs, "metrics.loss < 1") == runs[1:]
    assert filters.matching(NO_REPO, runs, 'params.loss == "mse"') == runs[:1]


def test_a_live_run_matches_by_its_present_values():
    from gittrack.read.runs import reader

    run = RUNS[0]
    live = run._replace(info=reader.decode(NO_REPO, run), body=None, commit=None)
    assert filters.matching(NO_REPO, [live], 'acc == 0.5 and opt == "sgd"') == [live]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("metrics", ["acc", "loss"]),
        ("params", ['"weight decay"', "class", "lr", "model.depth", "opt"]),
    ],
)
def test_the_names_of_metrics_and_params_are_sorted(kind, names):
    assert filters.names_of(RUNS, kind) == names


# --- unmet --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("acc > 0.4", []),
        ("acc > 0.9", ["acc > 0.9 (acc is 0.5)"]),
        ("acc > 0.9 and lr < 1", ["acc > 0.9 (acc is 0.5)"]),
        ("acc > 0.9 and lr > 1", ["acc > 0.9 (acc is 0.5)", "lr > 1 (lr is 0.1)"]),
        ("acc > 0.9 or lr > 1", ["acc > 0.9 or lr > 1 (acc is 0.5, lr is 0.1)"]),
        ('opt == "adam"', ["opt == \"adam\" (opt is 'sgd')"]),
        ("loss < 1", ["loss < 1 (loss is not known)"]),
        ('"bad" in tags', ['"bad" in tags (tags is ["good"])']),
    ],
)
def test_the_parts_that_a_run_does_not_match_show_the_actual_values(query, expected):
    assert filters.unmet_conditions(NO_REPO, RUNS[0], query) == expected


def test_a_further_name_is_computed_only_if_the_query_needs_it():
    calls = []

    def verdict():
        calls.append(1)
        return "CLOSE"

    more = {"verdict": verdict}
    assert filters.unmet_conditions(NO_REPO, RUNS[0], "acc > 0.4", more) == []
    assert calls == []
    failed = filters.unmet_conditions(NO_REPO, RUNS[0], 'verdict == "EXACT"', more)
    assert (failed, calls) == (["verdict == \"EXACT\" (verdict is 'CLOSE')"], [1])


def test_a_further_name_without_a_value_is_not_known():
    for query in ('verdict == "EXACT"', 'verdict != "EXACT"'):
        failed = filters.unmet_conditions(NO_REPO, RUNS[0], query, {"verdict": lambda: None})
        assert failed == [f"{query} (verdict is not known)"]


def test_a_query_that_cannot_be_parsed_shows_the_whole_query():
    with pytest.raises(QueryError) as caught:
        filters.unmet_conditions(NO_REPO, RUNS[0], "acc > 0.4 and lr >")
    assert "acc > 0.4 and lr >" in str(caught.value)
