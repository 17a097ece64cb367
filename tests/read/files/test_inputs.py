"""The inputs of many runs, as names with the first digits of their digests."""

from __future__ import annotations

import hashlib

import pytest
import run_values
from helpers import git as run_git

from gittrack.read.files import inputs
from gittrack.read.runs import reader


def entry(path: str, digest: str) -> dict:
    return {"path": path, "kind": "file", "size": 1, "sha256": digest * 64}


def info(repo, number: int, *entries):
    return reader.decode(repo, run_values.commit(repo, number, contents={"inputs": list(entries)}))


def test_names_are_sorted_and_runs_without_inputs_are_left_out(empty_repo):
    first = info(empty_repo, 1, entry("b.csv", "1"), entry("a.csv", "0"))
    same = info(empty_repo, 2, entry("a.csv", "0"), entry("b.csv", "1"))
    none = info(empty_repo, 3)
    live = first._replace(id="live", commit=None)
    expected = ("a.csv 00000000", "b.csv 11111111")
    assert inputs.names(empty_repo, [first, same, none, live]) == {
        first.id: expected,
        same.id: expected,
    }


def test_another_digest_is_another_input(empty_repo):
    first, second = info(empty_repo, 1, entry("a", "0")), info(empty_repo, 2, entry("a", "1"))
    names = inputs.names(empty_repo, [first, second])
    assert names[first.id] != names[second.id]


@pytest.mark.parametrize("content", ["inputs: [\n", "inputs: 5\n", "[]\n"])
def test_a_file_that_cannot_be_read_is_named_by_its_content(empty_repo, content):
    with open("broken", "w") as file:
        file.write(content)
    oid = run_git(".", "hash-object", "-w", "broken")
    run_git(".", "update-index", "--add", "--cacheinfo", f"100644,{oid},inputs.yaml")
    commit = run_git(".", "commit-tree", "-m", "x", run_git(".", "write-tree"))
    run = run_values.info()._replace(commit=commit)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    assert inputs.names(empty_repo, [run]) == {run.id: (digest,)}


def test_no_runs(empty_repo):
    assert inputs.names(empty_repo, []) == {}
