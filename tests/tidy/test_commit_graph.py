"""tidy/commit_graph: a layer for new runs, on the graph that is there; the graph of a user stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.git import refs
from gittrack.tidy import commit_graph

FOLDER = Path(".git/objects/info/commit-graphs")


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    """Three runs, and a branch that none of them comes from."""
    run_git(tmp_path, "init", "-q", "-b", "main")
    run_git(tmp_path, "commit", "-q", "--allow-empty", "-m", "work")
    repo = git.find()
    for number in range(3):
        run_values.commit(repo, number)
    return repo


def write(repo: git.Repo) -> None:
    runs = [ref.oid for ref in refs.now(repo, "refs/runs/") if ref.oid]
    commit_graph.write(repo, git.parse_config(repo.config().output()), runs)


def size() -> int:
    """Return how many commits the graph has; git checks each of them."""
    run_git(".", "commit-graph", "verify")
    chain = FOLDER / "commit-graph-chain"
    names = chain.read_text().split() if chain.exists() else []
    files = [FOLDER / f"graph-{name}.graph" for name in names]
    return sum(map(_commits, files))


def _commits(file: Path) -> int:
    """Return the last number of the table of first bytes: all commits of the file."""
    data = file.read_bytes()
    offset = next(
        int.from_bytes(data[at + 4 : at + 12], "big")
        for at in range(8, 200, 12)
        if data[at : at + 4] == b"OIDF"
    )
    return int.from_bytes(data[offset + 4 * 255 : offset + 4 * 256], "big")


def test_new_runs_come_on_the_graph_of_git_gc(repo):
    run_git(".", "commit-graph", "write", "--reachable")
    for number in range(3, 5):
        run_values.commit(repo, number)
    write(repo)
    assert size() == 1 + 5
    before = sorted(FOLDER.iterdir())
    write(repo)  # nothing is new
    assert sorted(FOLDER.iterdir()) == before
    run_git(".", "gc", "-q")
    assert size() == 0  # git has one file again
    assert Path(".git/objects/info/commit-graph").exists()


def test_a_missing_commit_is_left_out(repo):
    oid = run_git(".", "for-each-ref", "--count=1", "--format=%(objectname)", "refs/runs").strip()
    Path(f".git/objects/{oid[:2]}/{oid[2:]}").unlink()
    write(repo)
    assert size() == 2


@pytest.mark.parametrize("name", ["core.commitGraph", "gc.writeCommitGraph"])
def test_a_user_may_want_no_graph(repo, name):
    run_git(".", "config", name, "false")
    write(repo)
    assert not FOLDER.exists()


def test_a_killed_writer_stops_neither_git_nor_a_later_graph(repo):
    FOLDER.mkdir(parents=True)
    lock = FOLDER / "commit-graph-chain.lock"
    lock.touch()
    write(repo)
    assert lock.exists()  # somebody may be writing
    run_git(".", "gc", "-q")
    os.utime(lock, (1, 1))
    run_values.commit(repo, 3)
    write(repo)
    assert (size() > 0, lock.exists()) == (True, False)


def test_a_long_chain_gets_a_layer_for_each_step(repo, monkeypatch):
    monkeypatch.setattr(commit_graph, "_STEP", 2)
    config, chain = git.parse_config(repo.config().output()), ["HEAD"]
    for _ in range(5):
        commit = run_git(".", "commit-tree", "-m", "archive", "-p", chain[-1], "HEAD^{tree}")
        chain.append(commit.strip())
    for _ in range(2):
        commit_graph.write(repo, config, [], chain[1:])
        assert len((FOLDER / "commit-graph-chain").read_text().split()) == 3
        assert size() == 1 + 5
