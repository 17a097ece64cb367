"""tidy/stale_workdirs: only folders of sweeps that no process uses are removed, and completely."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gittrack import git
from gittrack.core import layout
from gittrack.disk import lock
from gittrack.tidy import stale_workdirs

IDS = ("20260101-000000-00000001", "20260101-000000-00000002")


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    common_dir = str(tmp_path / ".git")
    return git.Repo(str(tmp_path), common_dir, common_dir, str(tmp_path), "", "sha1")


@pytest.fixture
def folders(repo) -> list[Path]:
    """The working directories of two sweeps, each with a file."""
    paths = [Path(layout.sweep_dir(repo.common_dir, sweep_id)) for sweep_id in IDS]
    for path in paths:
        (path / "trees").mkdir(parents=True)
        (path / "trees" / "file").touch()
    return paths


def idle(repo) -> list[str]:
    return [path.name for path in stale_workdirs.idle(repo)]


def test_without_sweeps_nothing_is_idle(repo):
    assert idle(repo) == []


LOCKS = (layout.SWEEP_OWNER, layout.SWEEP_TRIALS, "workers/host-1/alive", "engine/17/0/alive")


@pytest.mark.parametrize("name", LOCKS)
def test_a_folder_is_busy_while_the_sweep_or_a_trial_or_a_worker_lives(repo, folders, name):
    (folders[0] / name).parent.mkdir(parents=True, exist_ok=True)
    handle = lock.acquire(folders[0] / name)
    assert idle(repo) == [IDS[1]]
    stale_workdirs.remove(folders[0])
    assert (folders[0] / "trees" / "file").exists()
    os.close(handle)
    assert idle(repo) == list(IDS)


def test_a_folder_is_busy_while_a_job_may_begin(repo, folders):
    batch = folders[0] / "engine" / "17"
    for number in ("0", "1"):
        (batch / number).mkdir(parents=True)
        (batch / number / layout.WORKER_TASKS).touch()
        (batch / number / layout.WORKER_REPORTS).write_text('{"running": []}\n{"left": true}\n')
    (batch / "job").write_text("7")
    assert idle(repo) == list(IDS)
    (batch / "1" / layout.WORKER_REPORTS).unlink()
    assert idle(repo) == [IDS[1]]
    stale_workdirs.remove(folders[0])
    assert (folders[0] / "trees" / "file").exists()
    (batch / "1" / layout.WORKER_REPORTS).write_text('{"running": ["1 1"]}\n')  # or killed
    assert idle(repo) == [IDS[1]]
    os.utime(batch / "job", (0, 0))
    assert idle(repo) == list(IDS)


def test_only_folders_of_sweeps_are_looked_at(repo, folders):
    parent = folders[0].parent
    (parent / "mine").mkdir()
    (parent / IDS[0].replace("2026", "2027")).touch()  # a file
    assert idle(repo) == list(IDS)


def test_a_folder_is_removed_with_its_content_and_no_other(folders):
    stale_workdirs.remove(folders[0])
    assert stale_workdirs.folders(folders[0].parent) == [folders[1]]


def test_a_removal_that_was_killed_is_finished(repo, folders):
    half = folders[0].with_name(f"{layout.REMOVING}{folders[0].name}-00000000")
    folders[0].rename(half)
    assert idle(repo) == [half.name, IDS[1]]
    stale_workdirs.remove(half)
    assert stale_workdirs.folders(half.parent) == [folders[1]]


def test_locks_are_released_after_a_removal(folders):
    before = len(os.listdir("/dev/fd"))
    stale_workdirs.remove(folders[0])
    stale_workdirs.remove(folders[0])  # it does not exist any more
    handle = lock.acquire(folders[1] / layout.SWEEP_TRIALS)
    stale_workdirs.remove(folders[1])  # it is busy, after the first lock was taken
    assert lock.is_held(folders[1] / layout.SWEEP_TRIALS)
    assert not lock.is_held(folders[1] / layout.SWEEP_OWNER)
    os.close(handle)
    assert len(os.listdir("/dev/fd")) == before


def test_a_sweep_that_begins_meanwhile_gets_a_new_folder(folders, monkeypatch):
    renamed = Path.rename

    def begins(path: Path, target: Path) -> Path:
        result = renamed(path, target)
        path.mkdir()
        (path / "new").touch()
        return result

    monkeypatch.setattr(Path, "rename", begins)
    stale_workdirs.remove(folders[0])
    assert [path.name for path in folders[0].iterdir()] == ["new"]
