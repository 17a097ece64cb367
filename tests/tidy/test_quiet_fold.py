"""tidy/quiet_fold and record/publish/upkeep: what a process in the background does in a large repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

import gittrack
from gittrack import git
from gittrack.core import layout
from gittrack.folding import archive
from gittrack.record.publish import upkeep
from gittrack.tidy import quiet_fold

DAY_AFTER = 1772323200.0 + 86400  # the day after the runs
LATER = DAY_AFTER + 40 * 86400


@pytest.fixture
def repo(tmp_path, monkeypatch) -> git.Repo:
    """Seven runs in a repository that folds above four, two and two; many are six."""
    run_git(tmp_path, "init", "-q")
    run_git(tmp_path, "config", "track.fold", "4")
    monkeypatch.setattr("gittrack.record.publish.upkeep.FEW", 2)
    monkeypatch.setattr(quiet_fold, "_UNIT", 2)
    monkeypatch.setattr("gittrack.record.publish.upkeep.MANY", 6)
    repo = git.find()
    for number in range(7):
        run_values.commit(repo, number)
    return repo


def refs() -> list[str]:
    return run_git(".", "for-each-ref", "--format=%(refname)", layout.RUNS).split()


def graphs() -> int:
    """Return how many layers the commit graph has."""
    return len(list(Path(".git/objects/info/commit-graphs").glob("*.graph")))


def test_full_units_are_folded_oldest_first(repo):
    assert quiet_fold.run(repo, LATER) == 6
    assert refs() == [layout.run_ref("default", run_values.run_id(6))]
    assert quiet_fold.run(repo, LATER) == 0


def test_folded_runs_count_too(repo):
    quiet_fold.run(repo, LATER)
    for number in (7, 8):
        run_values.commit(repo, number)
    assert quiet_fold.run(repo, LATER) == 2
    assert refs() == [layout.run_ref("default", run_values.run_id(8))]


@pytest.mark.parametrize("setting", ["0", "7"])
def test_nothing_is_folded_below_the_setting(repo, setting):
    run_git(".", "config", "track.fold", setting)
    assert quiet_fold.run(repo, LATER) == 0
    assert len(refs()) == 7


def test_runs_of_the_last_month_are_folded_if_they_are_more_than_a_unit(repo, monkeypatch):
    month_after_the_fourth = DAY_AFTER + 29 * 86400 + 240
    run_values.commit(repo, 7)
    monkeypatch.setattr(quiet_fold, "_UNIT", 4)
    assert quiet_fold.run(repo, month_after_the_fourth) == 4
    run_values.commit(repo, 8)
    assert quiet_fold.run(repo, month_after_the_fourth) == 4
    assert refs() == [layout.run_ref("default", run_values.run_id(8))]


def test_runs_of_the_last_day_keep_their_refs_and_git_gets_a_commit_graph(repo):
    assert quiet_fold.run(repo, DAY_AFTER) == 0
    assert len(refs()) == 7
    assert graphs() == 1


def test_while_a_run_goes_on_git_gets_a_commit_graph_and_nothing_is_folded(repo):
    with gittrack.init():
        assert quiet_fold.run(repo, LATER) == 0
    assert graphs() == 1


@pytest.fixture
def today(repo) -> float:
    """Nine runs, of which the second one ended last; return a time of that day."""
    run_git(".", "update-ref", "-d", layout.run_ref("default", run_values.run_id(1)))
    run_values.commit(repo, 1, ended="2026-03-01T01:00:00.000Z")
    run_values.commit(repo, 7)
    run_values.commit(repo, 8)
    return DAY_AFTER - 6 * 3600


def numbers() -> list[int]:
    return [int(ref[-8:], 16) for ref in refs()]


def test_very_many_runs_of_today_are_folded_without_those_that_ended_last(repo, today):
    with gittrack.init():
        assert quiet_fold.run(repo, today) == 6
    assert numbers()[:3] == [1, 7, 8]
    assert quiet_fold.run(repo, today) == 0
    assert len(gittrack.runs()) == 10


def test_two_clones_that_fold_the_runs_of_today_get_the_same_archive(repo, today):
    run_git(".", "clone", "-q", "--mirror", ".", "clone.git")
    run_git("clone.git", "config", "track.fold", "4")
    run_git("clone.git", "gc", "-q")
    clone = git.find("clone.git")
    assert quiet_fold.run(repo, today) == quiet_fold.run(clone, today + 60) == 6
    assert archive.tip(repo) == archive.tip(clone)


def test_a_larger_archive_leaves_more_runs_of_today_their_refs(repo, today, monkeypatch):
    monkeypatch.setattr(quiet_fold, "_SHARE", 1)
    assert quiet_fold.run(repo, today) == 0


def test_the_archive_and_the_rest_of_the_runs_get_a_commit_graph(repo):
    quiet_fold.run(repo, LATER)
    assert (len(refs()), graphs()) == (1, 1)
    (graph,) = Path(".git/objects/info/commit-graphs").glob("*.graph")
    assert bytes.fromhex(str(archive.tip(repo))) in graph.read_bytes()


def test_the_end_of_a_run_starts_it_in_a_large_repository(repo, monkeypatch):
    started = []
    monkeypatch.setattr(
        "gittrack.record.publish.background.start", lambda *words: started.append(words)
    )
    gittrack.init().finish()
    assert started == []  # no ref is packed
    run_git(".", "pack-refs", "--all")
    gittrack.init().finish()
    gittrack.init().finish()
    assert started == [("__fold", repo.common_dir)]

    os.utime(upkeep.path(repo.common_dir), (1, 1))  # a day later
    with gittrack.init():
        gittrack.init(experiment="other").finish()
        assert len(started) == 1  # another run goes on
    assert len(started) == 2

    for number in range(10, 16):
        run_values.commit(repo, number)
    run_git(".", "pack-refs", "--all")
    with gittrack.init():
        gittrack.init(experiment="other").finish()
        assert len(started) == 3  # there are many more: git needs a commit graph of them now


def test_a_damaged_note_of_the_last_try_starts_it_and_a_missing_one_does_not(repo, monkeypatch):
    started = []
    monkeypatch.setattr(
        "gittrack.record.publish.background.start", lambda *words: started.append(words)
    )
    run_git(".", "pack-refs", "--all")
    gittrack.init().finish()
    note = Path(upkeep.path(repo.common_dir))
    note.write_bytes(bytes(3))  # what a power failure may leave
    gittrack.init().finish()
    assert len(started) == 2
    note.unlink()
    monkeypatch.setattr(upkeep, "path", lambda common_dir: "/dev/null/last-fold")
    gittrack.init().finish()
    assert len(started) == 2  # it cannot be noted: each run would start it


def test_a_folder_that_cannot_be_read_ends_no_run(repo, monkeypatch):
    run_git(".", "pack-refs", "--all")
    monkeypatch.setattr("gittrack.record.publish.upkeep.layout.live_dir", lambda home: "/nowhere")
    upkeep.fold_sometimes(repo)


def test_the_process_folds(repo, monkeypatch):
    from gittrack.cli.commands import _background

    monkeypatch.setattr(_background, "_leave_terminal", lambda: None)
    monkeypatch.setattr("time.time", lambda: LATER)
    assert _background.fold(repo.common_dir) == 0
    assert len(refs()) == 1
