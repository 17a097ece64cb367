"""SIGKILL at every step of an update of the index: any listing is then that of git without the index."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git
from helpers import look

from gittrack import git
from gittrack.core import layout
from gittrack.disk import lock
from gittrack.read.index import store, update
from gittrack.read.index.indexed import Indexed
from gittrack.read.index.writing import appending
from gittrack.read.runs import reader
from gittrack.read.runs.source import Request
from gittrack.tidy import fold, fold_plan

WATCHED = ("os.mkdir", "os.rename", "os.remove", "os.fork", "os.posix_spawn", "fcntl.flock")
BY_LOSS = Request(order="loss")


@pytest.fixture
def repo(empty_repo, monkeypatch) -> git.Repo:
    """Runs that changed since they were indexed: some are new, folded, annotated, or removed."""
    monkeypatch.setattr(update, "_FEW", 0)
    monkeypatch.setattr(appending, "CHUNK", 2)
    monkeypatch.setattr(appending, "_worker_count", lambda runs: 2 if runs > 2 else 0)
    commit(empty_repo, range(0, 16, 2))
    assert len(listing(empty_repo)) == 8
    shutil.copytree(layout.cache_dir(empty_repo.common_dir), "before")
    fold.fold(empty_repo, fold_plan.plan(empty_repo, 4, time.time() + 1).members)
    commit(empty_repo, range(1, 12, 2))
    assert look("tag", run_values.run_id(4), "+good").code == 0
    assert look("rm", run_values.run_id(14)).code == 0
    run_git(".", "pack-refs", "--all")
    return empty_repo


def commit(repo: git.Repo, numbers) -> None:
    for number in numbers:
        run_values.commit(repo, number, metrics={"loss": float(number * 7 % 16)})


def listing(repo: git.Repo, *, cached: bool = True) -> list[tuple[object, ...]]:
    """Return what a listing shows of each run, in its order."""
    answer = Indexed(repo).select(BY_LOSS._replace(cached=cached))
    infos = [reader.decode(repo, raw) for raw in answer.runs]
    return [(info.id, info.commit, info.metrics["loss"].last, info.tags) for info in infos]


def reset(repo: git.Repo, before: Path | None) -> None:
    """Let the index be as it was before the changes, or let there be none."""
    cache = layout.cache_dir(repo.common_dir)
    os.close(lock.take(f"{cache}/index.lock"))  # until the workers of a killed process have ended
    store.forget(repo.common_dir)
    for path in before.glob("index*") if before else ():
        if path.suffix != ".lock":
            shutil.copy(path, cache)


def updated(repo: git.Repo, prepare: Callable[[], None] = lambda: None) -> int:
    """Let another process bring the index up to date; return its exit status."""
    pid = os.fork()
    if pid == 0:
        prepare()
        listing(repo)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def dying_at(step: int, *, worker: bool) -> Callable[[], None]:
    """Return what lets a process, or each worker that it forks, be killed at one of its steps."""

    def prepare() -> None:
        parent, left, pwrite = os.getpid(), [step], os.pwrite

        def count() -> bool:
            left[0] -= (os.getpid() != parent) == worker
            return left[0] == 0

        def hook(event: str, args: tuple[object, ...]) -> None:
            watched = event in WATCHED or (event == "open" and "/.git/" in str(args[0]))
            if watched and count():
                os.kill(os.getpid(), signal.SIGKILL)

        def half(handle: int, data: memoryview, at: int) -> int:
            if count():
                pwrite(handle, data[: len(data) // 2], at)
                os.kill(os.getpid(), signal.SIGKILL)
            return pwrite(handle, data, at)

        os.pwrite = half
        sys.addaudithook(hook)

    return prepare


def assert_right_after_kills(repo: git.Repo, before: Path | None, every: int) -> None:
    """Kill a process at the first step and at each ``every``-th one behind it, until it ends by itself."""
    of_git = listing(repo, cached=False)
    for count, step in enumerate(range(1, 1000, every)):
        reset(repo, before)
        status = updated(repo, dying_at(step, worker=False))
        assert listing(repo) == of_git, step
        assert listing(repo) == of_git, step
        if status == 0:
            assert count >= 2
            return
        assert status == -signal.SIGKILL


def index_files(repo: git.Repo) -> tuple[bytes, bytes]:
    """Return the chunks of the index, and the manifest without the name of their file."""
    index = store.load(repo.common_dir)
    folder = Path(layout.cache_dir(repo.common_dir))
    manifest = (folder / "index").read_bytes().partition(b"\n")[2]
    name = index.manifest.data
    return (folder / name).read_bytes(), manifest.replace(name.encode(), b"")


def no_fork() -> int:
    raise BlockingIOError


def assert_the_same_without_workers(repo: git.Repo, every: int, patch: pytest.MonkeyPatch) -> None:
    of_git = listing(repo, cached=False)
    with patch.context() as alone:
        alone.setattr(appending, "_worker_count", lambda runs: 0)
        reset(repo, None)
        assert listing(repo) == of_git
        expected = index_files(repo)
    with patch.context() as crowded:  # no room for a second process
        forks = iter([os.fork])
        crowded.setattr(os, "fork", lambda: next(forks, no_fork)())
        crowded.setattr(appending, "_worker_count", lambda runs: 2)
        reset(repo, None)
        assert listing(repo) == of_git
        assert index_files(repo) == expected
    for step in range(1, 24, every):
        reset(repo, None)
        assert updated(repo, dying_at(step, worker=True)) == 0
        assert index_files(repo) == expected, step
        assert listing(repo) == of_git


def test_a_kill_at_some_steps_of_an_update(repo, monkeypatch):
    assert_right_after_kills(repo, Path("before"), every=13)
    assert_right_after_kills(repo, None, every=19)
    assert_the_same_without_workers(repo, 9, monkeypatch)


@pytest.mark.slow
def test_a_kill_at_every_step_of_an_update(repo, monkeypatch):
    assert_right_after_kills(repo, Path("before"), every=1)
    assert_right_after_kills(repo, None, every=1)
    assert_the_same_without_workers(repo, 1, monkeypatch)
