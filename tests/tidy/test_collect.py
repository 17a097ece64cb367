"""Runs move to the trash and back; gc deletes what nothing names."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import record

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.disk import lock
from gittrack.models import register
from gittrack.read.runs import resolve
from gittrack.tidy import collect, stale_workdirs, trash

ID = "20260101-000000-00000001"


@pytest.fixture
def repo(project):
    record("a", {"loss": 0.5})
    return git.find()


def refs() -> list[str]:
    return run_git(
        ".", "for-each-ref", "--format=%(refname)", "refs/runs", "refs/trash"
    ).splitlines()


def test_a_run_goes_to_the_trash_and_back_with_the_same_commit(repo):
    run = resolve.resolve(repo, "a")
    trash.remove(repo, [run])
    [ref] = refs()
    assert ref == layout.trash_ref(run.experiment, run.id)
    assert run_git(".", "rev-parse", ref) == run.commit
    [removed] = collect.plan(repo, 0, time.time()).runs
    assert trash.restore(repo, [removed]) == set()
    assert refs() == [run.ref]


def test_the_run_of_a_version_stays(repo):
    run = resolve.resolve(repo, "a")
    register.register(repo, "m", run)
    with pytest.raises(TrackError) as caught:
        trash.remove(repo, [run])
    assert "git track model rm m@v1" in caught.value.hint
    assert refs() == [run.ref]


def test_only_runs_that_were_removed_long_ago_are_deleted(repo):
    trash.remove(repo, [resolve.resolve(repo, "a")])
    now = time.time()
    young = collect.plan(repo, 60.0, now)
    assert (young.runs, young.younger) == ([], 1)
    old = collect.plan(repo, 60.0, now + 100)
    assert (len(old.runs), old.younger, old.run_bytes > 0) == (1, 0, True)
    assert collect.carry_out(repo, old) == []
    assert refs() == []


def test_a_run_that_a_branch_or_a_note_names_is_kept(repo):
    run = resolve.resolve(repo, "a")
    assert collect.named_elsewhere(repo, [run]) == {}
    run_git(".", "branch", "mine", run.commit)
    assert collect.named_elsewhere(repo, [run]) == {run.id: "refs/heads/mine names it"}
    run_git(".", "branch", "-D", "mine")
    run_git(".", "notes", "add", "-m", f"see {run.id[-8:]}", "HEAD")
    assert "names it" in collect.named_elsewhere(repo, [run])[run.id]


def test_the_folder_of_a_sweep_is_removed_unless_it_is_locked(repo):
    folder = Path(layout.sweeps_dir(repo.common_dir), ID)
    folder.mkdir(parents=True)
    handle = lock.acquire(folder / layout.SWEEP_OWNER)
    assert list(stale_workdirs.idle(repo)) == []
    stale_workdirs.remove(folder)
    assert folder.exists()
    os.close(handle)
    assert list(stale_workdirs.idle(repo)) == [folder]
    stale_workdirs.remove(folder)
    assert stale_workdirs.folders(folder.parent) == []
    stale_workdirs.remove(folder)  # another gc was faster


def test_folders_of_a_missing_folder_are_none(tmp_path):
    (tmp_path / "file").touch()
    assert stale_workdirs.folders(tmp_path) == []
    assert stale_workdirs.folders(tmp_path / "missing") == []
