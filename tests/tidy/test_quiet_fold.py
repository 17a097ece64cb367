"""tidy/quiet_fold and record/publish/upkeep: old runs are folded in the background, at a quiet moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

import gittrack
from gittrack import git
from gittrack.core import layout
from gittrack.record.publish import upkeep
from gittrack.tidy import quiet_fold

DAY_AFTER = 1772323200.0 + 86400  # the day after the runs
LATER = DAY_AFTER + 40 * 86400


@pytest.fixture
def repo(tmp_path, monkeypatch) -> git.Repo:
    """Seven runs that ended long ago, in a repository that has folded above four since; a thousand is two."""
    run_git(tmp_path, "init", "-q")
    run_git(tmp_path, "config", "track.fold", "4")
    monkeypatch.setattr("gittrack.tidy.quiet_fold.MOST_PARENTS", 2)
    repo = git.find()
    for number in range(7):
        run_values.commit(repo, number)
    return repo


def refs() -> list[str]:
    return run_git(".", "for-each-ref", "--format=%(refname)", layout.RUNS).split()


def test_full_thousands_are_folded_oldest_first(repo):
    assert quiet_fold.run(repo, LATER) == 6
    assert refs() == [layout.run_ref("default", run_values.run_id(6))]
    assert quiet_fold.run(repo, LATER) == 0


@pytest.mark.parametrize("setting", ["0", "7"])
def test_nothing_is_folded_below_the_setting(repo, setting):
    run_git(".", "config", "track.fold", setting)
    assert quiet_fold.run(repo, LATER) == 0
    assert len(refs()) == 7
    assert not Path(".git/objects/info/commit-graph").exists()


def test_git_gets_a_commit_graph_while_the_runs_are_too_new_to_fold(repo):
    assert quiet_fold.run(repo, DAY_AFTER) == 0
    assert len(refs()) == 7
    assert Path(".git/objects/info/commit-graph").exists()


def test_the_end_of_a_run_starts_it_in_a_large_repository_once_a_day(repo, monkeypatch):
    started = []
    monkeypatch.setattr(
        "gittrack.record.publish.background.start", lambda *words: started.append(words)
    )
    gittrack.init().finish()
    assert started == []  # no ref is packed
    run_git(".", "pack-refs", "--all")
    with gittrack.init():
        gittrack.init(experiment="other").finish()
        assert started == []  # another run goes on
    assert started == [("__fold", repo.common_dir)]
    quiet_fold.run(repo, DAY_AFTER)
    gittrack.init().finish()
    assert len(started) == 1
    os.utime(upkeep.path(repo.common_dir), (1, 1))
    gittrack.init().finish()
    assert len(started) == 2


def test_a_folder_that_cannot_be_read_ends_no_run(repo, monkeypatch):
    run_git(".", "pack-refs", "--all")
    monkeypatch.setattr("gittrack.record.publish.upkeep.layout.live_dir", lambda home: "/nowhere")
    upkeep.fold_sometimes(repo, 1)


def test_the_process_folds(repo, monkeypatch):
    from gittrack.cli.commands import _background

    monkeypatch.setattr(_background, "_leave_terminal", lambda: None)
    monkeypatch.setattr("time.time", lambda: LATER)
    assert _background.fold(repo.common_dir) == 0
    assert len(refs()) == 1
