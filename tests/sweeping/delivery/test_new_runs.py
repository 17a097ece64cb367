"""sweeping/delivery/new_runs: new runs are read from files, and git is asked about the rest."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.git import objects, refs
from gittrack.sweeping.delivery import new_runs


@pytest.fixture
def repo(project):
    return git.find()


def test_refs_are_what_git_says_before_and_after_packing(repo, monkeypatch):
    old, new = (run_values.commit(repo, number) for number in (1, 2))
    names = [str(old.ref), str(new.ref), "refs/runs/default/missing"]
    values = {str(old.ref): str(old.commit), str(new.ref): str(new.commit)}
    assert new_runs.refs_now(repo, names) == values
    run_git(".", "pack-refs", "--all")
    assert new_runs.refs_now(repo, names) == values
    assert new_runs.refs_now(repo, names, ask=False) == {}
    run_git(".", "update-ref", names[0], str(new.commit))
    assert new_runs.refs_now(repo, names)[names[0]] == new.commit
    with monkeypatch.context() as patch:
        patch.setattr(refs, "now", None)  # no process
        assert new_runs.refs_now(repo, names[:1]) == {names[0]: new.commit}


def test_parts_are_what_git_says_before_and_after_packing(repo, monkeypatch):
    commits = [str(run_values.commit(repo, number).commit) for number in (1, 2)]
    with monkeypatch.context() as patch:
        patch.setattr(git, "read_objects", lambda repo, names: iter([None] * len(list(names))))
        before = new_runs.parts(repo, commits)
    assert all(None not in run for run in before)
    assert b"id: " in before[0].run_yaml
    run_git(".", "repack", "-adq")
    assert new_runs.parts(repo, [*commits, "0" * 40]) == [
        *before,
        new_runs.RunParts(None, None, None),
    ]


@pytest.mark.parametrize(
    "commit", [b"tree ../../../../../../../../../../../dev/zero\n", b"tree \xff\n\n", b"", b"x"]
)
def test_a_forged_commit_leads_nowhere(repo, commit):
    store = objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)
    oid = store.keep(b"commit", commit)
    assert new_runs.parts(repo, [oid])[0].run_yaml is None
