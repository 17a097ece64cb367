"""record/resume: a run that stopped goes on with its points, files and params, under its own id."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run import series
from gittrack.core.run.run_info import RunInfo
from gittrack.read.runs import reader
from gittrack.record import resume
from gittrack.record.publish.tree import Artifact
from gittrack.record.session import RunRequest

POINTS = "".join(
    series.line(name, value, step, seconds)
    for name, value, step, seconds in [
        ("loss", 3.0, 0, 0.5),
        ("loss", 2.0, 1, 1.5),
        ("acc", 0.5, 10, 1.75),
    ]
)
METRICS = {
    "loss": run_values.Metric(2.0, 2.0, 3.0, 1, 2),
    "acc": run_values.Metric(0.5, 0.5, 0.5, 10, 1),
}


@pytest.fixture
def repo(project) -> git.Repo:
    return git.find()


def stopped(repo, **values: Any) -> RunInfo:
    """Commit a run that failed after three points."""
    contents = {"series": (series.HEADER + POINTS).encode(), "log": b"hello\n"}
    contents |= values.pop("contents", {})
    facts = {"status": "failed", "name": "first", "metrics": METRICS, **values}
    return reader.decode(repo, run_values.commit(repo, contents=contents, **facts))


@pytest.fixture
def begin(repo):
    """Continue a run; its journal is released after the test."""
    sessions = []

    def call(old: RunInfo, **request: Any):
        result = resume.begin(repo, old, RunRequest(**request))
        sessions.append(result[0])
        return result

    yield call
    for session in sessions:
        session.journal.release()


def test_the_counters_and_the_time_go_on(repo, begin):
    session, logged, elapsed = begin(stopped(repo))
    assert session.journal.id == run_values.run_id(1)
    assert {name: metric.step for name, metric in logged.items()} == {"loss": 1, "acc": 10}
    assert elapsed == 1.75


def test_points_and_output_are_in_the_new_journal(repo, begin):
    folder = begin(stopped(repo))[0].journal.folder
    assert (folder / layout.SERIES).read_text() == series.HEADER + POINTS
    assert (folder / layout.LOG_HEAD).read_bytes() == b"hello\n"


def test_the_start_is_that_of_the_run_and_the_time_before_counts(repo, begin):
    old = stopped(repo)
    facts = begin(old)[0].journal.state().facts
    assert facts["started"] == old.started
    assert facts["resumes"] == old.commit
    assert (facts["resumed"], facts["earlier_s"]) == (1, 2.0)
    assert facts["resumed_at"] > old.started


def test_values_that_are_not_given_are_those_of_the_run(repo, begin):
    old = stopped(repo, params={"lr": 0.1}, tags=["slow"], note="a note", group="g", seed=7)
    state = begin(old, params={"epochs": 3}, tags=["again", "slow"])[0].journal.state()
    assert state.params == {"lr": 0.1, "epochs": 3}
    facts = state.facts
    assert (facts["name"], facts["note"], facts["group"], facts["seed"]) == (
        "first",
        "a note",
        "g",
        7,
    )
    assert facts["tags"] == ["slow", "again"]


def test_values_that_are_given_come_first(repo, begin):
    old = stopped(repo, note="a note", seed=7)
    facts = begin(old, name="second", note="another", seed=0)[0].journal.state().facts
    assert (facts["name"], facts["note"], facts["seed"]) == ("second", "another", 0)


def test_final_values_that_are_not_points_stay(repo, begin):
    metrics = {**METRICS, "acc": METRICS["acc"]._replace(last=0.9), "test": 0.8}
    state = begin(stopped(repo, metrics=metrics))[0].journal.state()
    assert state.summary == {"acc": 0.9, "test": 0.8}


def test_artifacts_and_inputs_come_along(repo, begin):
    inputs = [{"path": "a.csv", "kind": "file", "size": 1, "sha256": "0" * 64}]
    old = stopped(repo, artifacts={"m/model.bin": b"weights"}, contents={"inputs": inputs})
    journal = begin(old)[0].journal
    assert (journal.folder / layout.ARTIFACTS / "m" / "model.bin").read_bytes() == b"weights"
    state = journal.state()
    assert state.inputs == inputs
    assert [item["path"] for item in state.outputs] == ["m/model.bin"]


def test_an_artifact_outside_of_git_needs_no_content(repo, begin):
    outputs = [{"path": "large.bin", "where": "store", "size": 1, "sha256": "0" * 64}]
    journal = begin(stopped(repo, contents={"outputs": outputs}))[0].journal
    assert journal.state().outputs == outputs
    assert not (journal.folder / layout.ARTIFACTS).exists()


@pytest.mark.parametrize("status", ["finished", "running", "damaged"])
def test_only_a_run_that_stopped_can_be_continued(repo, status):
    old = stopped(repo)._replace(status=status)
    with pytest.raises(TrackError, match=f"is {status} and cannot be resumed"):
        resume.begin(repo, old, RunRequest())


def test_a_run_that_is_not_committed_cannot_be_continued(repo):
    with pytest.raises(TrackError, match="cannot be resumed"):
        resume.begin(repo, stopped(repo)._replace(commit=None), RunRequest())


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"lr": 0.2}, "'lr' of {id} is 0.1 and cannot become 0.2"),
        ({"model": {"hidden": 32}}, "'model.hidden' of {id} is 64 and cannot become 32"),
        ({"model": 1}, "'model' of {id} is {{'hidden': 64}} and cannot become 1"),
        ({"lr": {"max": 1}}, "'lr' of {id} is 0.1 and cannot become {{'max': 1}}"),
    ],
)
def test_another_value_of_a_param_is_another_run(repo, params, message):
    old = stopped(repo, params={"lr": 0.1, "model": {"hidden": 64}})
    with pytest.raises(TrackError) as caught:
        resume.begin(repo, old, RunRequest(params=params))
    assert caught.value.message == f"the param {message.format(id=old.id)}"
    assert caught.value.hint == "start a new run for another configuration"


def test_params_are_added_at_every_depth(repo, begin):
    old = stopped(repo, params={"lr": 0.1, "model": {"hidden": 64}})
    params = {"model": {"layers": 2, "hidden": 64}}
    state = begin(old, params=params)[0].journal.state()
    assert state.params == {"lr": 0.1, "model": {"hidden": 64, "layers": 2}}


class TestForeignCommit:
    """The commit can come from anywhere: nothing begins before all of it was read."""

    def refused(self, repo, old: RunInfo, error: type[TrackError]) -> str:
        with pytest.raises(error) as caught:
            resume.begin(repo, old, RunRequest())
        assert list(Path(layout.live_dir(repo.common_dir)).glob("*")) == []
        return caught.value.message

    def entry(self, path: str, **more: Any) -> dict[str, Any]:
        digest = hashlib.sha256(b"x").hexdigest()
        return {"path": path, "where": "git", "size": 1, "sha256": digest, **more}

    @pytest.mark.parametrize("path", ["../up", "/etc/x", ".git/config", "a/../../b"])
    def test_an_artifact_that_leads_out_is_refused(self, repo, path):
        old = stopped(repo, contents={"outputs": [self.entry(path)]})
        assert repr(path) in self.refused(repo, old, TrackError)

    def test_a_link_that_leads_out_is_refused(self, repo):
        outputs = [self.entry("link", link="../../../etc/passwd")]
        artifacts = {"link": Artifact(b"../../../etc/passwd", link=True)}
        old = stopped(repo, contents={"outputs": outputs, "artifacts": artifacts})
        assert "would leave its folder" in self.refused(repo, old, TrackError)

    def test_an_artifact_that_is_missing_is_damage(self, repo):
        old = stopped(repo, contents={"outputs": [self.entry("gone.bin")], "artifacts": {}})
        assert self.refused(repo, old, Damaged) == "the artifact gone.bin is not in the run"


def test_a_run_without_points_begins_at_zero(repo, begin):
    old = stopped(repo, metrics={}, contents={"series": None, "log": b""})
    session, steps, elapsed = begin(old)
    assert (steps, elapsed) == ({}, 0.0)
    assert not (session.journal.folder / layout.LOG_HEAD).exists()
    assert run_git(".", "for-each-ref", "--format=%(objectname)", "refs/runs") == old.commit
