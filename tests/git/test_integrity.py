"""git/integrity: objects that are missing or changed are named, with the commits that have them."""

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


def garbled(repo, *commits: str) -> list[tuple[str, str]]:
    return list(integrity.garbled(repo, commits))


def test_sound_commits_have_no_problem(repo, store):
    commits = [commit(store, a=b"1", b=b""), commit(store), commit(store, c=b"\n\0")]
    assert garbled(repo, *commits) == []
    assert integrity.disconnected(repo, commits) == ""


def test_no_commits_have_no_problem(repo):
    assert garbled(repo) == []
    assert integrity.disconnected(repo, []) == ""


def test_changed_content_is_seen_although_its_size_is_the_same(repo, store):
    one = commit(store, a=b"accuracy: 0.8", b=b"x")
    bad = change(store, b"accuracy: 0.8", b"accuracy: 0.9")
    assert garbled(repo, one) == [(one, bad)]


def test_every_commit_with_the_changed_object_is_named(repo, store):
    both, none, single = (
        commit(store, a=b"a", b=b"b"),
        commit(store, c=b"c"),
        commit(store, a=b"a", d=b"d"),
    )
    bad = change(store, b"a", b"A")
    assert garbled(repo, both, none, single) == [(both, bad), (single, bad)]


def cut(data: bytes) -> bytes:
    """Return a loose blob whose header is sound and whose content is cut."""
    return zlib.compress(b"blob %d\0" % len(data) + data)[:-5]


@pytest.mark.parametrize("damage", [lambda data: b"this is not a zlib stream", cut])
def test_an_object_that_cannot_be_unpacked_does_not_hide_the_others(repo, store, damage):
    contents = [b"%d" % number * 100 for number in range(7)]
    one = commit(store, **{f"f{number}": data for number, data in enumerate(contents)})
    unreadable = [
        overwrite(store, store.blob(data), damage(data))
        for data in (contents[0], contents[3], contents[6])
    ]
    changed = change(store, contents[5], b"7")
    assert set(garbled(repo, one)) == {(one, oid) for oid in (*unreadable, changed)}


def test_objects_are_read_in_batches_of_bounded_size(repo, store, monkeypatch):
    monkeypatch.setattr(integrity, "_BATCH_BYTES", 10)
    oids = [store.blob(b"%d" % number * size) for number, size in enumerate((4, 6, 1, 20, 1))]
    # 4 + 6 fit; one object that is larger than a batch is a batch of its own.
    assert [len(batch) for batch in integrity._batches(repo, oids)] == [2, 1, 1, 1]
    assert [oid for batch in integrity._batches(repo, oids) for oid in batch] == oids
    one = commit(store, a=b"a" * 30, b=b"b" * 30)
    bad = change(store, b"b" * 30, b"B" * 30)
    assert garbled(repo, one) == [(one, bad)]


def test_many_commits_are_given_to_git_in_parts(repo, store, monkeypatch):
    monkeypatch.setattr(integrity, "_MANY", 2)
    commits = [commit(store, a=b"%d" % number) for number in range(5)]
    bad = change(store, b"4", b"5!")
    assert garbled(repo, *commits) == [(commits[4], bad)]
    os.unlink(store.path(bad))
    assert bad in integrity.disconnected(repo, commits)
    assert integrity.disconnected(repo, commits[:4]) == ""


def test_a_missing_object_is_named_by_fsck(repo, store):
    one = commit(store, a=b"a")
    gone = store.blob(b"a")
    os.unlink(store.path(gone))
    assert gone in integrity.disconnected(repo, [one])


def test_objects_outside_of_the_commits_do_not_matter(repo, store):
    one = commit(store, a=b"a")
    commit(store, b=b"b")
    overwrite(store, store.blob(b"b"), b"broken")
    assert garbled(repo, one) == []
    assert integrity.disconnected(repo, [one]) == ""
