"""record/publish/writer.write_run: a run commit from values, without a journal folder."""

from __future__ import annotations

import pytest
from helpers import git, look, record

import gittrack
from gittrack import git as git_layer
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info, series
from gittrack.disk import flush
from gittrack.git.files import config_files, new_ref
from gittrack.record.publish import writer
from gittrack.record.publish.tree import Artifact, FilePart, RunContents

AUTHOR = "Ada <ada@example.org>"
FACTS = {
    **{"format": 1, "id": "20260301-000000-0000001c", "experiment": "imported", "name": "old"},
    **{"status": "finished", "started": "2026-03-01T00:00:00.000Z", "duration_s": 2.0},
    "ended": "2026-03-01T00:00:02.000Z",
}
POINTS = f"{series.HEADER}0,loss,0.5,0.100\n1,loss,0.25,0.200\n"


def contents(**more) -> RunContents:
    metrics = series.summarise(POINTS.splitlines(keepends=True))
    first = RunContents(FACTS, params={"lr": 0.1}, metrics=metrics, series=POINTS.encode())
    return first._replace(**more)


def test_a_run_from_values_is_a_run_like_any_other(project):
    weights = project / "weights"
    weights.write_bytes(b"abcdef and more")
    outputs = [{"path": f"model/{name}", "where": "git"} for name in ("a", "run", "link")]
    artifacts = {
        "model/a": Artifact(FilePart(weights, 6)),
        "model/run": Artifact(b"#!/bin/sh\n", executable=True),
        "model/link": Artifact(b"a", link=True),
    }
    published, settled = writer.write_run(
        git_layer.find(),
        contents(outputs=outputs, artifacts=artifacts, log=b"hello\n", env={"cpu": {"count": 2}}),
        AUTHOR,
    )
    assert settled
    (run,) = gittrack.runs()
    assert (run.id, run.name, run.params, run.commit.hexsha) == (
        *(FACTS["id"], "old", {"lr": 0.1}),
        published.commit,
    )
    assert run.metrics["loss"] == run_info.Metric(0.25, 0.25, 0.5, 1, 2)
    assert [point[2] for point in run.points()] == [0.5, 0.25]
    assert run.log == "hello\n"
    tree = git(".", "ls-tree", "-r", published.commit, "artifacts/")
    assert [line.split()[0] for line in tree.splitlines()] == ["100644", "120000", "100755"]
    assert git(".", "cat-file", "blob", f"{published.commit}:artifacts/model/a") == "abcdef"
    assert git(".", "fsck", "--strict", "--no-dangling") == ""
    assert "all is well" in look("doctor").out


def test_all_objects_of_a_run_get_their_names_after_one_flush(project, monkeypatch):
    flushed = []
    files = flush.files
    monkeypatch.setattr(flush, "files", lambda paths: (flushed.append(len(paths)), files(paths)))
    artifacts = {"model": Artifact(b"weights")}
    writer.write_run(git_layer.find(), contents(artifacts=artifacts), AUTHOR)
    # run, params, metrics, series, the artifact, two trees and the commit
    assert flushed == [8]


def test_the_file_of_the_ref_is_flushed_with_the_objects(project, tmp_path, monkeypatch):
    flushed = []
    files = flush.files
    monkeypatch.setattr(flush, "files", lambda paths: (flushed.append(paths), files(paths)))
    monkeypatch.setattr(new_ref, "_flush", lambda handle: flushed.append("another time"))
    (scratch := tmp_path / "scratch").mkdir()
    repo = git_layer.find()
    stamp = config_files.stamp(repo.common_dir)
    repo = repo._replace(plain_refs=new_ref.plain_refs(repo.common_dir, {}, str(scratch), stamp))
    published, _ = writer.write_run(repo, contents(), AUTHOR)
    [paths] = flushed
    assert paths[-1] == str(scratch / "new-ref")
    assert git(".", "rev-parse", published.ref) == published.commit
    assert list(scratch.iterdir()) == []


def test_the_same_values_give_the_same_commit(project):
    first, second = (writer.write_run(git_layer.find(), contents(), AUTHOR)[0] for _ in range(2))
    assert first.commit == second.commit
    assert len(gittrack.runs()) == 1


def test_another_run_of_that_id_is_never_replaced(project):
    first, _ = writer.write_run(git_layer.find(), contents(), AUTHOR)
    with pytest.raises(TrackError, match="exists"):
        writer.write_run(git_layer.find(), contents(params={"lr": 0.2}), AUTHOR)
    assert gittrack.get("@").commit.hexsha == first.commit


def test_a_run_of_values_that_nobody_ran_here_is_not_trusted(project, sealed):
    published, _ = writer.write_run(git_layer.find(), contents(), AUTHOR)
    ours = gittrack.get(record()).commit.hexsha
    trusted = "".join(path.read_text() for path in sealed.rglob("*") if path.is_file())
    assert (published.commit in trusted, ours in trusted) == (False, True)
