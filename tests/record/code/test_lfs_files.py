"""record/code/lfs_files: the content of changed files under the real Git LFS is kept with the run."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from helpers import git, look, repo

import gittrack
from gittrack.disk.content_store import FRESH_SECONDS, ContentStore

pytestmark = pytest.mark.skipif(not shutil.which("git-lfs"), reason="git-lfs is not installed")
OLD, NEW = b"committed" * 300, b"changed" * 300
DIGEST = hashlib.sha256(NEW).hexdigest()


@pytest.fixture
def store(sealed) -> ContentStore:
    """The store of a repository with a file under Git LFS, which was changed after its commit."""
    repo("true", path=".")
    git(".", "lfs", "install", "--local")
    git(".", "lfs", "track", "*.bin")
    Path("data.bin").write_bytes(OLD)
    git(".", "add", ".")
    git(".", "commit", "-qm", "data")
    Path("data.bin").write_bytes(NEW)
    return ContentStore.of(os.path.abspath(".git"))


def record(name: str = "r"):
    with gittrack.init(name=name) as run:
        run.log({"loss": 1.0})
    return gittrack.get(run.id)


def test_it_outlives_a_prune_and_comes_back_with_the_code(store):
    run = record()
    assert "inexact" not in run.diff
    assert store.path(DIGEST).samefile(store.lfs_path(DIGEST))
    git(".", "checkout", "-q", "data.bin")
    git(".", "lfs", "prune", "--force")
    assert not store.lfs_path(DIGEST).exists()
    past = store.path(DIGEST).stat().st_mtime - FRESH_SECONDS - 1
    os.utime(store.path(DIGEST), (past, past))
    look("gc", "--older-than", "0d")
    assert look("checkout", "r", "there").code == 0
    assert Path("there/data.bin").read_bytes() == NEW
    look("rm", "r")
    git(".", "worktree", "remove", "--force", "there")
    look("gc", "--older-than", "0d")
    assert store.content(DIGEST) is None


@pytest.mark.slow
def test_a_run_that_goes_on_keeps_it(store):
    with gittrack.init():
        past = store.path(DIGEST).stat().st_mtime - FRESH_SECONDS - 1
        os.utime(store.path(DIGEST), (past, past))
        look("gc", "--older-than", "0d")
        assert store.content(DIGEST)


@pytest.mark.slow
def test_without_room_the_run_says_that_it_is_not_exact(store):
    git(".", "config", "track.maxStoreSize", "0")
    (sentence,) = record().diff["inexact"]
    assert (
        sentence == "the changed content passes a filter, so what is recorded may differ: data.bin"
    )
    assert store.content(DIGEST) is None


@pytest.mark.slow
def test_another_folder_of_git_lfs(store, tmp_path):
    git(".", "config", "lfs.storage", str(tmp_path / "shared-lfs"))
    assert "inexact" not in record().diff
    assert store.content(DIGEST).read_bytes() == NEW
