"""Runs as Python values: lists, records, differences."""

import os

import git as gitpython
import pytest
from helpers import git, record

import gittrack

pytestmark = pytest.mark.usefixtures("project")


def names(**words):
    return "".join(run.name for run in gittrack.runs(**words))


def test_no_runs():
    assert gittrack.runs() == []
    assert gittrack.runs("nope") == []


def test_newest_first_and_sorted_by_what_a_run_has():
    record("a", {"acc": 0.5}, config={"lr": 3}, experiment="x")
    record("b", {"acc": 0.9}, config={"lr": 1}, experiment="x/y")
    record("c", config={"lr": 2})
    assert names() == "cba"
    assert names(limit=2) == "cb"
    assert names(experiment="x") == "ba"
    assert names(sort="acc") == "abc"  # what has none is last
    assert names(sort="-acc") == "bac"
    assert names(sort="lr") == "bca"
    assert names(sort="-params.lr") == "acb"
    assert names(sort="-metrics.acc.max", limit=1) == "b"
    with pytest.raises(gittrack.TrackError, match="did you mean acc"):
        gittrack.runs(sort="accu")


def test_a_record_says_everything_about_its_run():
    run_id = record("a", {"acc": 0.5}, config={"lr": 1}, tags=["t"])
    run = gittrack.get("a")
    assert (run.id, run.name, run.experiment, run.status) == (run_id, "a", "default", "finished")
    assert (run.params, run.tags, run.metrics["acc"].last) == ({"lr": 1}, ("t",), 0.5)
    assert run.ended >= run.started
    assert run.duration >= 0
    assert run.env["packages"]["numpy"]
    assert run.env["python"]["version"]
    assert (run.inputs, run.outputs, run.diff, run.log) == ([], [], {}, "")
    assert run == gittrack.get(run_id)
    assert run in {gittrack.get("@")}
    assert repr(run) == f"<run {run_id} of default, finished>"
    with pytest.raises(AttributeError, match="a run has no 'loss'"):
        _ = run.loss


def test_the_commit_is_gitpythons():
    record("a", {"acc": 0.5})
    run = gittrack.get("a")
    assert isinstance(run.commit, gitpython.Commit)
    assert run.commit.hexsha == git(".", "rev-parse", run.ref)
    assert run.commit.parents[0].hexsha == git(".", "rev-parse", "HEAD")
    assert (
        run.commit.tree["metrics.yaml"].data_stream.read()
        == (b"acc: {count: 1, last: 0.5, max: 0.5, min: 0.5, step: 0}\n")
        or b"acc: {" in run.commit.tree["metrics.yaml"].data_stream.read()
    )
    assert run.commit.summary.endswith("finished acc=0.5")
    assert (run.commit.author.name, run.commit.author.email) == ("Ada Lovelace", "ada@example.org")


def test_a_run_that_is_going_on_has_no_commit_yet():
    with (
        gittrack.init() as run,
        pytest.raises(gittrack.TrackError, match="is not committed yet"),
    ):
        _ = gittrack.get(run.id).commit


def test_the_difference_is_a_value():
    record("a", {"acc": 0.5, "only": 1}, config={"lr": 0.1, "same": 1})
    with open("train.py", "a") as file:
        file.write("# changed\n")
    record("b", {"acc": 0.75}, config={"lr": 0.2, "same": 1})
    found = gittrack.diff("a", gittrack.get("b"))
    assert [(c.name, c.a, c.b) for c in found.params] == [("lr", 0.1, 0.2)]
    assert [(c.name, c.delta, c.percent) for c in found.metrics] == [
        ("acc", 0.25, 50.0),
        ("only", None, None),
    ]
    assert (found.env, found.inputs) == ([], [])
    assert "+# changed\n" in found.code.patch
    assert (found.a.name, found.b.name) == ("a", "b")
    assert gittrack.diff("a", "a").params == []


def test_get_raises_what_can_be_caught():
    record("a")
    record("a")
    with pytest.raises(gittrack.NoSuchRun):
        gittrack.get("zzz")
    with pytest.raises(gittrack.AmbiguousRun):
        gittrack.get("a")
    with pytest.raises(gittrack.NotARepository):
        gittrack.get("a", repo="/")


def test_an_artifact_can_be_executed_again():
    with gittrack.init(name="a") as run:
        for name in ("tool", "data"):
            with open(name, "w") as file:
                file.write("#!/bin/sh\n")
        os.chmod("tool", 0o755)
        run.log_artifact("tool")
        run.log_artifact("data")
    found = gittrack.get("a")
    assert os.access(found.artifact("tool"), os.X_OK)
    assert not os.access(found.artifact("data"), os.X_OK)


def test_a_final_value_widens_the_range():
    with gittrack.init(name="a") as run:
        run.log({"acc": 0.5})
        run.summary["acc"] = 0.9
        run.summary["odd"] = float("nan")
        assert gittrack.get("a").metrics["acc"][:3] == (0.9, 0.5, 0.9)
    metric = gittrack.get("a").metrics["acc"]
    assert (metric.last, metric.min, metric.max) == (0.9, 0.5, 0.9)
