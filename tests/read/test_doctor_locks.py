"""Old lock files of git: what each blocks, and whether a process still has it open."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from run_values import NO_REPO, run_id

from gittrack.core import layout
from gittrack.read import doctor_locks

OLD = 600.0


@pytest.fixture
def repo(tmp_path):
    return NO_REPO._replace(common_dir=str(tmp_path))


def lock(repo, name: str, age: float = OLD) -> Path:
    path = Path(repo.common_dir, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def stale(repo) -> list[tuple[str, str]]:
    return list(doctor_locks.stale_locks(repo))


def test_a_repository_without_locks(repo):
    assert stale(repo) == []


@pytest.mark.parametrize(
    ("name", "blocked"),
    [
        ("index.lock", "recording still works"),
        ("packed-refs.lock", "no run can be removed until it is deleted"),
        ("packed-refs.new", "no run can be removed until it is deleted"),
        ("reftable/tables.list.lock", "runs are recorded; after it is deleted, commit them"),
        (f"{layout.NOTES}.lock", "no run can be tagged, renamed or removed"),
        (f"refs/runs/a/{run_id(1)}.lock", "other runs are not affected"),
        ("refs/heads/main.lock", "git cannot change refs/heads/main until it is deleted"),
        ("gc.pid", "recording still works"),
    ],
)
def test_an_old_lock_says_what_it_blocks_and_how_to_remove_it(repo, name, blocked):
    path = lock(repo, name)
    [(problem, remedy)] = stale(repo)
    assert problem == f"{path} is 10 minutes old; a git process that was killed probably left it"
    assert remedy.startswith(blocked)
    assert remedy.endswith(f"delete the file: rm {path}")


@pytest.mark.parametrize(("age", "count"), [(0, 0), (50, 0), (70, 1)])
def test_a_lock_is_old_after_a_minute(repo, age, count):
    lock(repo, "index.lock", age)
    assert len(stale(repo)) == count


@pytest.mark.parametrize("name", ["other.lock", "objects/pack/x.lock", "refs/heads/locked"])
def test_other_files_are_no_locks_of_git(repo, name):
    lock(repo, name)
    assert stale(repo) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="a system without /proc")
def test_a_lock_that_a_process_has_open_is_not_to_be_deleted(repo):
    path = lock(repo, "index.lock")
    with open(path):
        [(problem, remedy)] = stale(repo)
    assert problem.endswith(f"the process {os.getpid()} has it open")
    assert "rm " not in remedy


def test_several_locks_are_all_named(repo):
    for name in ("HEAD.lock", "config.lock", "refs/heads/a.lock"):
        lock(repo, name)
    assert len(stale(repo)) == 3


def test_a_path_with_spaces_can_be_pasted(tmp_path):
    repo = NO_REPO._replace(common_dir=str(tmp_path / "my repo"))
    path = lock(repo, "index.lock")
    assert stale(repo)[0][1].endswith(f"rm '{path}'")
