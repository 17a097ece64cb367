"""-w QUERY: only the runs that match; a mistake is shown where it is."""

import json

import pytest
from helpers import listed, record, run_cli

import gittrack

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
    done = run_cli("ls", "-w", "lr > 0.1", "-n", "1")
    assert "1 more" in done.out


def test_top_ranks_what_matches(three):
    assert run_cli("top", "acc", "-w", "lr > 5").err == (
        "error: no run matches the query\nhint: look at it: git track ls -w QUERY\n"
    )
    done = run_cli("top", "acc", "-w", "lr > 0.1", "--json")
    assert [run["name"] for run in json.loads(done.out)] == ["b", "c"]


def test_nothing_matches(three):
    done = run_cli("ls", "-w", "lr > 5")
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
    done = run_cli("ls", "-w", query)
    assert (done.code, done.out) == (1, "")
    lines = done.err.splitlines()
    assert lines[0].startswith("error: in the query, column ")
    assert lines[1] == f"  {query}"
    assert lines[2].strip() == "^"
    assert lines[3].startswith(f"hint: {hint}")


def test_a_bare_name_must_be_unambiguous(three):
    record("d", {"lr": 0.5}, config={"lr": 0.4})
    done = run_cli("ls", "-w", "lr > 0")
    assert done.code == 1
    assert "'lr' is a metric and a param" in done.err
    assert "hint: write metrics.lr or params.lr" in done.err
    assert names("params.lr > 0.3") == "d"


def test_a_query_error_in_python_is_a_track_error(three):
    with pytest.raises(gittrack.TrackError, match="column 6"):
        gittrack.runs(where="lr > lambda")
