"""-w QUERY: only the runs that match; a mistake is shown where it is."""

import json

import pytest
from helpers import listed, look, record

import gittrack
from gittrack.core.run import facts

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def three(project):
    """Three runs that differ in everything a query can ask for."""
    record("a", {"acc": 0.5}, config={"lr": 0.1, "model": {"hidden": 1}}, tags=["baseline"])
    record("b", {"acc": 0.9}, config={"lr": 0.2, "weight decay": 1}, note="wide")
    record("c", {"acc": 0.7, "f1": 0.1}, config={"lr": 0.3}, experiment="digits/small")


def names(query, *argv):
    return "".join(sorted(run["name"] for run in listed("-w", query, *argv)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("metrics.acc > 0.6", "bc"),
        ("acc > 0.6 and lr < 0.3", "b"),
        ("acc.max >= 0.9", "b"),
        ('"baseline" in tags', "a"),
        ('"baseline" not in tags', "bc"),
        ("model.hidden == 1", "a"),
        ('params["weight decay"] == 1', "b"),
        ("has(metrics.f1)", "c"),
        ("not has(metrics.f1)", "ab"),
        ('like(experiment, "digits/*")', "c"),
        ('like(command, "*python*")', "abc"),
        ('note == "wide"', "b"),
        ('status == "finished" and age < "1h"', "abc"),
        ('code.branch == "main" and not code.dirty', "abc"),
        ("duration > 3600", ""),
    ],
)
def test_a_query_chooses_runs(three, query, found):
    assert names(query) == found
    assert sorted(run.name for run in gittrack.runs(where=query)) == sorted(found)


def test_with_an_experiment_a_sort_and_a_limit(three):
    assert names("lr > 0", "-e", "digits") == "c"
    assert [run["name"] for run in listed("-w", "lr < 0.3", "--sort", "-acc")] == ["b", "a"]
    done = look("ls", "-w", "lr > 0.1", "-n", "1")
    assert "1 more" in done.out


def test_top_ranks_what_matches(three):
    assert look("top", "acc", "-w", "lr > 5").err == (
        "error: no run matches the query\nhint: test it: git track ls -w QUERY\n"
    )
    done = look("top", "acc", "-w", "lr > 0.1", "--json")
    assert [run["name"] for run in json.loads(done.out)] == ["b", "c"]


def test_nothing_matches(three):
    done = look("ls", "-w", "lr > 5")
    assert (done.code, done.out, done.err) == (0, "", "no run matches the query\n")


def test_live_runs_match_too(three):
    with gittrack.init(name="live", config={"lr": 7}) as run:
        run.log({"acc": 1})
        assert names('lr == 7 and acc == 1 and status == "running"') == "live"


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("ac > 1 or f1 > 1", "did you mean metrics.acc"),
        ("params.lrr > 1", "did you mean params.lr?"),
        ("metrics.lr > 1", "there are: metrics.acc, metrics.f1"),
        ("weight_decay > 1", 'did you mean params["weight decay"]'),
        ("status == finished", 'put the word in quotes: "finished"'),
        ("acc > 0 and zzzzzz > 1", "there are: "),
        ("acc > 9 and zzzzzz > 1", "there are: "),  # never reached, and a typo all the same
    ],
)
def test_a_typo_is_an_error_with_the_nearest_name(three, query, hint):
    done = look("ls", "-w", query)
    assert (done.code, done.out) == (1, "")
    lines = done.err.splitlines()
    assert lines[0].startswith("error: in the query, column ")
    assert lines[1] == f"  {query}"
    assert lines[2].strip() == "^"
    assert lines[3].startswith(f"hint: {hint}")


def test_a_bare_name_must_be_unambiguous(three):
    record("d", {"lr": 0.5}, config={"lr": 0.4})
    done = look("ls", "-w", "lr > 0")
    assert done.code == 1
    assert "'lr' is a metric and a param" in done.err
    assert "hint: write metrics.lr or params.lr" in done.err
    assert names("params.lr > 0.3") == "d"


def test_a_query_error_in_python_is_a_track_error(three):
    with pytest.raises(gittrack.TrackError, match="column 6"):
        gittrack.runs(where="lr > lambda")


def test_a_null_param_stays_findable(project):
    for name in ("plain", "tagged", "archived"):
        record(name, config={"x": None})
    look("tag", "tagged", "+good")
    look("archive", "archived")
    with gittrack.init(name="live", config={"x": None}):
        found = listed("-w", "params.x == None", "--archived")
    assert sorted(run["name"] for run in found) == ["archived", "live", "plain", "tagged"]
    assert listed("-w", "not has(params.x)", "--archived") == []
    assert len(listed("--sort", "x")) == 3


def test_what_a_run_does_not_have_is_the_same_after_an_annotation(project):
    record("a")
    record("b")
    look("tag", "b", "+good")
    for name in facts.LISTED:
        found = {run["name"] for run in listed("-w", f"has({name})")}
        assert found in ({"a", "b"}, set()), name


@pytest.mark.parametrize(
    "query",
    [
        "started == '0001-01-01T00:00:00+23:00'",
        "started == '9999-12-31T23:59:59-23:00'",
        "started == '20261129'",
        "started > '2026-W48-7'",
        "has(params['\\ud800'])",
        "acc > 0) or (acc < 1",
        ") or (",
        "params.\udcff > 1",
    ],
)
def test_strange_queries_are_clear_errors(three, query):
    done = look("ls", "-w", query)
    assert "bug" not in done.err, done.err
    if "ud800" not in query:
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("error: in the query, column "), done.err
    assert look("ls", "--sort", "\udcff").err.startswith("error: no run has anything called ")


def test_a_gate_that_is_nested_too_deeply_is_a_clear_error(three):
    assert look("model", "register", "m", "a").code == 0
    require = "+".join(["acc"] * 600) + " > 0 and acc > 0"
    for words in (require, "not " * 430 + "acc and acc"):
        done = look("model", "promote", "m@1", "staging", "--require", words)
        assert "bug" not in done.err, done.err[-300:]
