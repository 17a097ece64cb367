"""Loose objects that we write are what git itself would write."""

from __future__ import annotations

import errno
import os

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.disk import flush
from gittrack.git import objects
from gittrack.git.files import pack
from gittrack.git.objects import Entry


@pytest.fixture
def store(project):
    repo = git.find()
    return objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)


@pytest.mark.parametrize("data", [b"", b"x", b"\0" * 100, b"a" * ((1 << 20) + 1)])
def test_a_blob_has_the_id_and_content_of_git(store, tmp_path, data):
    oid = store.blob(data)
    assert next(git.read_objects(git.find(), [oid])) == data
    (tmp_path / "file").write_bytes(data)
    assert store.blob_of(tmp_path / "file", len(data)) == oid
    assert run_git(".", "cat-file", "-t", oid) == "blob"


def test_a_file_that_became_shorter_is_an_error(store, tmp_path):
    (tmp_path / "file").write_bytes(b"ab")
    with pytest.raises(OSError, match="became shorter"):
        store.blob_of(tmp_path / "file", 3)


@pytest.mark.parametrize(("count", "flushes"), [(3, 3), (500, 1)])
def test_objects_of_a_batch_are_flushed_together(project, monkeypatch, count, flushes):
    calls = []
    fsync, whole = os.fsync, flush._file_system
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("file"), fsync(fd)))
    monkeypatch.setattr(flush, "_file_system", lambda fd: calls.append("all") or whole(fd))
    store = objects.Store(git.object_store_path(git.find()), "sha1")
    with store.batch():
        oids = [store.blob(b"%d" % number) for number in [*range(count), 0]]
        assert not os.path.exists(store.path(oids[0]))
    assert len(calls) == flushes
    assert [*git.read_objects(git.find(), oids[:2])] == [b"0", b"1"]
    assert not store.missing()


def test_a_batch_inside_another_one_is_flushed_with_it(project):
    store = objects.Store(git.object_store_path(git.find()), "sha1")
    with store.batch():
        with store.batch():
            inner = store.blob(b"inner")
        assert not os.path.exists(store.path(inner))
        outer = store.blob(b"outer")
    assert [*git.read_objects(git.find(), [inner, outer])] == [b"inner", b"outer"]


def test_objects_of_a_batch_that_cannot_be_flushed_have_no_name(project, monkeypatch):
    def fail(paths):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(flush, "files", fail)
    store = objects.Store(git.object_store_path(git.find()), "sha1")
    with pytest.raises(OSError, match="broken"), store.batch():
        oid = store.blob(b"new")
    folder = os.path.dirname(store.path(oid))
    assert store.missing() == [oid]
    assert not os.listdir(folder)


def test_an_object_of_a_batch_that_git_prunes_is_missing_and_can_be_written_again(project):
    store = objects.Store(git.object_store_path(git.find()), "sha1")
    with store.batch():
        lost, *_ = store.blob(b"new"), store.blob(b"other")
        run_git(".", "prune", "--expire=now")
    assert lost in store.missing()
    assert store.blob(b"new") == lost
    assert lost not in store.missing()


def test_the_entries_of_a_tree_are_in_the_order_of_git(store):
    blob, folder = store.blob(b"x"), store.tree([])
    oid = store.tree(
        [Entry("40000", "a", folder), Entry("100644", "a.b", blob), Entry("100755", "a-", blob)]
    )
    assert run_git(".", "ls-tree", "--name-only", oid).split("\n") == ["a-", "a.b", "a"]
    run_git(".", "fsck", "--strict")


def test_the_empty_tree_is_known_to_git(store):
    assert (
        objects.empty_tree("sha1")
        == store.tree([])
        == run_git(".", "hash-object", "-t", "tree", os.devnull)
    )


@pytest.mark.parametrize(("seconds", "stored"), [(-5, 0), (7.9, 7), (1e18, 4102444800)])
def test_the_time_of_a_commit_is_one_that_git_can_read(store, seconds, stored):
    oid = store.commit(
        store.tree([]), [run_git(".", "rev-parse", "HEAD")], "A <a@b>", seconds, "m\n"
    )
    assert run_git(".", "log", "-1", "--format=%at %P", oid).split()[0] == str(stored)


def test_lost_objects_are_seen(store):
    kept, lost = store.blob(b"kept"), store.blob(b"lost")
    os.unlink(store.path(lost))
    assert store.missing() == [lost]
    assert store.blob(b"lost") == lost
    assert store.missing() == []
    assert kept in store.written


def test_an_object_that_exists_gets_a_new_time_stamp(store):
    oid = store.blob(b"x")
    os.utime(store.path(oid), (1, 1))
    store.blob(b"x")
    assert os.stat(store.path(oid)).st_mtime > 1


@pytest.mark.parametrize("as_pack", [False, True])
def test_an_object_that_a_crash_left_empty_is_written_again(store, as_pack):
    path = store.path(store.blob(b"data"))
    os.chmod(path, 0o644)
    os.truncate(path, 0)
    writing = pack.PackStore(git.find()) if as_pack else store
    with writing.batch():
        oid = writing.blob(b"data")
    assert next(git.read_objects(git.find(), [oid])) == b"data"


def test_the_objects_of_another_folder_are_adopted(store, tmp_path):
    other = objects.Store(str(tmp_path / "other"), "sha1", flush=False)
    oid = other.blob(b"theirs")
    (tmp_path / "other" / oid[:2] / "tmp_obj_1").write_bytes(b"half")
    store.adopt(str(tmp_path / "other"))
    assert next(git.read_objects(git.find(), [oid])) == b"theirs"
    assert store.written == [oid]
