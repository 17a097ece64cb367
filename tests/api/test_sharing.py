"""``gittrack.push`` and ``gittrack.pull``."""

import pytest
from helpers import git, record, repo

import gittrack


@pytest.fixture
def clones(tmp_path, monkeypatch):
    """Two clones of one bare repository, the first of which is the current folder."""
    git(repo(path=tmp_path / "first"), "clone", "-q", "--bare", ".", "../server.git")
    for name in ("ann", "bob"):
        git(tmp_path, "clone", "-q", "server.git", name)
    monkeypatch.chdir(tmp_path / "ann")
    return tmp_path / "ann", tmp_path / "bob"


def test_runs_go_there_and_back(clones):
    _, bob = clones
    ids = [record(name, {"loss": loss}) for name, loss in (("a", 1.0), ("b", 2.0), ("c", 3.0))]
    assert gittrack.push("a").runs == (ids[0],)
    assert gittrack.push(gittrack.get("b")).runs == (ids[1],)
    assert gittrack.push(where="loss > 2").runs == (ids[2],)
    assert gittrack.push() == gittrack.push([]) == gittrack.push(gittrack.runs())
    assert gittrack.pull(ids[1], repo=bob).new == (ids[1],)
    assert len(gittrack.pull(experiment="default", limit=2, repo=bob).new) in (1, 2)
    gittrack.pull(repo=bob)
    assert {run.name for run in gittrack.runs(repo=bob)} == {"a", "b", "c"}


@pytest.mark.parametrize("call", [lambda: gittrack.push(3), lambda: gittrack.push(["a", None])])
def test_what_is_not_a_run_is_refused(clones, call):
    record("a")
    with pytest.raises(gittrack.TrackError, match="is not a run"):
        call()
