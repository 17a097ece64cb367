"""The objects of runs, each read once: their files, and which of them have changed."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from gittrack import git
from gittrack.git import integrity, objects
from gittrack.git.objects import Entry
from gittrack.read import doctor_objects
from gittrack.read.doctor_objects import Reader


@pytest.fixture
def store(empty_repo):
    return objects.Store(git.object_store_path(empty_repo), empty_repo.hash_name, flush=False)


def tree(store, **contents: bytes) -> str:
    return store.tree(Entry("100644", name, store.blob(data)) for name, data in contents.items())


def commit(store, root: str) -> str:
    return store.commit(root, [], "Ada <a@e.org>", 0, "m\n")


def garble(store, oid: str) -> str:
    """Replace an object by other content; return its id."""
    path = Path(store.path(oid))
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 3\0bad"))
    return oid


def test_files_with_a_schema_are_kept(empty_repo, store):
    runs = [commit(store, tree(store, **{"run.yaml": b"a: 1\n", "log.txt": b"x"})), "0" * 40]
    read = Reader(empty_repo).read(runs)
    assert read.file(runs[0], "run.yaml") == b"a: 1\n"
    assert [read.file(runs[0], "log.txt"), read.file(runs[1], "run.yaml")] == [None, None]
    assert [read.garbled(run) for run in runs] == [None, runs[1]]


def test_each_run_that_has_a_changed_object_is_named(empty_repo, store):
    inner = tree(store, a=b"a")
    folder = store.tree([Entry("40000", "artifacts", inner)])
    runs = [commit(store, root) for root in (folder, inner, tree(store, b=b"b"))]
    bad = garble(store, store.blob(b"a"))
    read = Reader(empty_repo).read(runs)
    assert [read.garbled(run) for run in runs] == [bad, bad, None]


@pytest.mark.parametrize("kind", ["root", "folder"])
def test_a_changed_tree_is_named(empty_repo, store, kind):
    inner = tree(store, a=b"a")
    root = store.tree([Entry("40000", "artifacts", inner)])
    run = commit(store, root)
    bad = garble(store, root if kind == "root" else inner)
    assert Reader(empty_repo).read([run]).garbled(run) == bad


def test_a_changed_commit_is_named(empty_repo, store):
    run = garble(store, commit(store, tree(store, a=b"a")))
    assert Reader(empty_repo).read([run]).garbled(run) == run


def test_the_commit_of_a_submodule_is_not_an_object_of_the_run(empty_repo, store):
    run = commit(store, store.tree([Entry("160000", "sub", "1" * 40)]))
    assert Reader(empty_repo).read([run]).garbled(run) is None


def test_a_large_file_of_many_blocks_is_read_once(empty_repo, store, monkeypatch):
    monkeypatch.setattr(doctor_objects, "_LARGE", 10)
    small, large = b"s", b"l" * 20
    runs = [commit(store, tree(store, a=large, b=b"%d" % number)) for number in range(2)]
    bad = garble(store, store.blob(large))
    reader, reads = Reader(empty_repo), []
    contents = integrity.contents

    def counted(repo, oids, keep):
        reads.extend(oids)
        return contents(repo, oids, keep)

    monkeypatch.setattr(integrity, "contents", counted)
    assert [reader.read([run]).garbled(run) for run in runs] == [bad, bad]
    assert reads.count(bad) == 1
    other = [
        commit(store, tree(store, a=b"m" * 20, b=small, c=b"%d" % number)) for number in (3, 4)
    ]
    assert [reader.read([run]).garbled(run) for run in other] == [None, None]
    assert reads.count(store.blob(b"m" * 20)) == 1
    assert reads.count(store.blob(small)) == 2
