"""SIGKILL in the middle of a large file: nobody sees a part of it, and doing it again completes it."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import lfs_server
import pytest
from helpers import git as run_git

import gittrack
from gittrack.disk.content_store import INCOMING, ContentStore
from gittrack.share import pull as pulling
from gittrack.share import push as pushing

WEIGHTS = os.urandom(1 << 10) * (5 << 10)  # 5 MB, in parts of 1 MB
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()


def train(clone) -> None:
    clone.enter()
    run_git(clone.folder, "config", "track.maxArtifactSize", "1k")
    Path("model.bin").write_bytes(WEIGHTS)
    with gittrack.init(name="big") as run:
        run.log_artifact("model.bin")
    Path("model.bin").unlink()


def killed_at(part: int, action: Callable[[Callable], object]) -> None:
    """Do something with large files in a child process that ends itself at a part of the content."""
    child = os.fork()
    if child == 0:
        parts = iter(range(part))

        def count(number: int) -> None:
            if next(parts, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        action(lambda size: count)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def runs_on_server(team) -> str:
    return run_git(team[0].folder.parent / "server.git", "for-each-ref", "refs/runs")


def test_copies_to_and_from_a_folder(team, tmp_path):
    ann, bob, _ = team
    folder = tmp_path / "mount"
    folder.mkdir()
    for clone in (ann, bob):
        run_git(clone.folder, "config", "track.store", str(folder))
    train(ann)
    killed_at(2, lambda watch: pushing.push(ann.repo, pushing.plan(ann.repo), watch=watch))
    assert (runs_on_server(team), list(folder.rglob(DIGEST))) == ("", [])
    assert ann.push().files == 1

    killed_at(2, lambda watch: pulling.pull(bob.repo, watch=watch))
    store = ContentStore.of(bob.repo.common_dir)
    assert store.content(DIGEST) is None
    begun = (store.root / f"{INCOMING}{DIGEST}").stat().st_size
    assert 0 < begun < len(WEIGHTS)
    counted: list[int] = []
    done = pulling.pull(bob.repo, watch=lambda size: counted.append)
    assert (done.files, counted[0]) == (1, begun)  # it goes on after the part
    assert store.content(DIGEST).read_bytes() == WEIGHTS


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("git-lfs"), reason="git-lfs is not installed")
def test_transfers_of_git_lfs(team, tmp_path):
    ann, bob, _ = team
    with lfs_server.serving(tmp_path / "lfs-server") as server:
        for clone in (ann, bob):
            run_git(clone.folder, "config", "lfs.url", server.url)
        train(ann)
        _killed_in_a_transfer(server, ann, "push", "--yes")
        assert (runs_on_server(team), os.listdir(server.folder)) == ("", [])
        assert ann.push().files == 1
        assert (server.folder / DIGEST).read_bytes() == WEIGHTS

        _killed_in_a_transfer(server, bob, "pull")
        store = ContentStore.of(bob.repo.common_dir)
        assert store.content(DIGEST) is None
        server.requests.clear()
        assert bob.pull().files == 1
        assert store.content(DIGEST).read_bytes() == WEIGHTS


def _killed_in_a_transfer(server, clone, *argv: str) -> None:
    """Run a verb, and kill it with its children when half of a large file was moved."""
    server.paused = threading.Event()
    process = subprocess.Popen(
        [sys.executable, "-m", "gittrack", *argv],
        cwd=clone.folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert server.paused.wait(60)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    server.paused = None
