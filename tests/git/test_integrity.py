"""git/integrity: objects that are missing or changed are named."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git import integrity, objects
from gittrack.git.objects import Entry


@pytest.fixture(params=["sha1", "sha256"])
def repo(request, tmp_path):
    run_git(tmp_path, "init", "-q", f"--object-format={request.param}")
    return git.find()


@pytest.fixture
def store(repo):
    return objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)


def commit(store, **contents: bytes) -> str:
    tree = store.tree(Entry("100644", name, store.blob(data)) for name, data in contents.items())
    return store.commit(tree, [], "Ada <a@e.org>", 0, "m\n")


def overwrite(store, oid: str, raw: bytes) -> str:
    path = Path(store.path(oid))
    path.chmod(0o644)
    path.write_bytes(raw)
    return oid


def change(store, data: bytes, into: bytes) -> str:
    """Replace the content of a blob by other content; return its id."""
    return overwrite(store, store.blob(data), zlib.compress(b"blob %d\0" % len(into) + into))


def garbled(repo, *oids: str, keep: tuple[str, ...] = ()) -> list[str]:
    """Return the objects that cannot be read, or whose hash is not their name."""
    return [oid for oid, data in integrity.contents(repo, oids, keep) if data is None]


def test_sound_objects_are_returned_in_order(repo, store):
    contents = [b"1", b"", b"\n\0", b"1"]
    oids = [store.blob(data) for data in contents]
    assert list(integrity.contents(repo, oids, ())) == list(zip(oids, contents, strict=True))
    commits = [commit(store, a=b"1", b=b""), commit(store), commit(store, c=b"\n\0")]
    assert garbled(repo, *commits) == []
    assert integrity.is_connected(repo, commits)
    assert integrity.disconnected(repo, commits) == ""
    assert integrity.missing(repo, commits) == {}


def test_no_objects_have_no_problem(repo):
    assert garbled(repo) == []
    assert integrity.is_connected(repo, [])
    assert integrity.disconnected(repo, []) == ""


def test_changed_content_is_seen_although_its_size_is_the_same(repo, store):
    bad = change(store, b"accuracy: 0.8", b"accuracy: 0.9")
    assert garbled(repo, store.blob(b"x"), bad) == [bad]


def cut(data: bytes) -> bytes:
    """Return a loose blob whose header is sound and whose content is cut."""
    return zlib.compress(b"blob %d\0" % len(data) + data)[:-5]


@pytest.mark.parametrize("damage", [lambda data: b"this is not a zlib stream", cut])
def test_an_object_that_cannot_be_unpacked_does_not_hide_the_others(
    repo, store, damage, monkeypatch
):
    contents = [b"%d" % number * 100 for number in range(7)]
    oids = [store.blob(data) for data in contents]
    unreadable = [overwrite(store, oids[number], damage(contents[number])) for number in (0, 3, 6)]
    changed = change(store, contents[5], b"7")
    wrong = {*unreadable, changed}
    assert set(garbled(repo, *oids)) == wrong
    monkeypatch.setattr(integrity, "_LARGE", 10)  # all of them are large
    monkeypatch.setattr(integrity, "_STREAMED", "10")
    assert set(garbled(repo, *oids)) == wrong


def test_a_gone_object_is_garbled(repo, store):
    gone = store.blob(b"a")
    os.unlink(store.path(gone))
    assert garbled(repo, gone, store.blob(b"b")) == [gone]


def test_objects_are_read_in_parts_and_of_large_ones_only_the_hash_is_kept(
    repo, store, monkeypatch
):
    monkeypatch.setattr(integrity, "_LARGE", 10)
    monkeypatch.setattr(integrity, "_PART", 8)
    contents = [b"%d" % number * size for number, size in enumerate((4, 6, 1, 20, 21))]
    oids = [store.blob(data) for data in contents]
    read = dict(integrity.contents(repo, oids, {oids[4]}))
    assert [read[oid] for oid in oids] == [*contents[:3], b"", contents[4]]
    bad = change(store, b"b" * 30, b"B" * 30)
    assert garbled(repo, *oids, bad) == garbled(repo, *oids, bad, keep=(bad,)) == [bad]


def test_the_commits_that_miss_an_object_are_named(repo, store, monkeypatch):
    monkeypatch.setattr(integrity, "_MANY", 2)
    commits = [commit(store, a=b"%d" % number) for number in range(5)]
    gone = store.blob(b"4")
    os.unlink(store.path(gone))
    assert not integrity.is_connected(repo, commits)
    assert gone in integrity.disconnected(repo, commits)
    assert integrity.disconnected(repo, commits[:4]) == ""
    [(named, problem)] = integrity.missing(repo, commits).items()
    assert (named, problem.splitlines()[-1]) == (commits[4], f"missing blob {gone}")


@pytest.mark.parametrize("number", [0, 3, 5])
def test_each_walk_leaves_out_only_what_was_walked_over(repo, store, monkeypatch, number):
    monkeypatch.setattr(integrity, "_WALKED", 2)
    code = commit(store, code=b"print(1)")
    who = ("Ada <a@e.org>", 0, "m\n")
    trees = [store.tree([Entry("100644", "a", store.blob(b"%d" % n))]) for n in range(6)]
    commits = [store.commit(tree, [code], *who) for tree in trees]
    assert integrity._is_walked(repo, commits)
    gone = store.blob(b"%d" % number)
    os.unlink(store.path(gone))
    assert not integrity._is_walked(repo, commits)
    assert list(integrity.missing(repo, commits)) == [commits[number]]
    os.unlink(store.path(code))
    assert list(integrity.missing(repo, commits)) == commits


@pytest.mark.parametrize("kind", ["tree", "parent"])
def test_a_missing_tree_or_parent_is_named_although_a_commit_graph_has_the_commit(
    repo, store, kind
):
    parent = commit(store, a=b"1")
    tree = store.tree([Entry("100644", "b", store.blob(b"2"))])
    child = store.commit(tree, [parent], "Ada <a@e.org>", 0, "m\n")
    run_git(repo.start, "update-ref", "refs/heads/main", child)
    run_git(repo.start, "commit-graph", "write", "--reachable")
    gone = tree if kind == "tree" else parent
    os.unlink(store.path(gone))
    assert not integrity.is_connected(repo, [child])
    assert gone in integrity.missing(repo, [child])[child]


def test_objects_outside_of_the_commits_do_not_matter(repo, store):
    one = commit(store, a=b"a")
    commit(store, b=b"b")
    overwrite(store, store.blob(b"b"), b"broken")
    assert integrity.is_connected(repo, [one])
    assert integrity.disconnected(repo, [one]) == ""
