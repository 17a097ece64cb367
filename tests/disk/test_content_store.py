"""Content is stored under its SHA-256, whole and read-only, within a limit."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path

import pytest

from gittrack.core.errors import Damaged
from gittrack.disk import content_store
from gittrack.disk.content_store import FRESH_SECONDS, FULL, ContentStore

DATA = b"weights" * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> ContentStore:
    return ContentStore(tmp_path / "store", 1 << 20)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(DATA)
    return path


def keep(store: ContentStore, path: Path) -> content_store.Stored:
    with open(path, "rb") as file:
        return store.keep(file)


def age(path: Path) -> None:
    """Make a file older than fresh content."""
    past = path.stat().st_mtime - FRESH_SECONDS - 1
    os.utime(path, (past, past))


def test_a_file_is_kept_under_its_digest_and_is_read_only(store, source):
    assert keep(store, source) == (DIGEST, len(DATA), "")
    path = store.content(DIGEST)
    assert path == store.root / "sha256" / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert path.read_bytes() == DATA
    assert stat.S_IMODE(path.stat().st_mode) & 0o222 == 0
    assert path.stat().st_ino != source.stat().st_ino
    assert list(store.root.glob("incoming-*")) == []


def test_equal_content_is_stored_once(store, source):
    keep(store, source)
    keep(store, source)
    assert [entry.name for entry in store.listing()] == [DIGEST]


def test_content_above_the_limit_has_a_digest_and_no_file(store, source):
    small = store._replace(limit=len(DATA) - 1)
    assert keep(small, source) == (DIGEST, len(DATA), FULL)
    assert small.content(DIGEST) is None
    assert keep(store._replace(limit=len(DATA)), source).problem == ""


def test_stored_content_needs_no_room_again(store, source):
    keep(store, source)
    assert keep(store._replace(limit=len(DATA)), source).problem == ""


@pytest.mark.parametrize("digest", [None, 7, "", "../" + "a" * 61, "g" * 63, DIGEST[:-1], "0" * 64])
def test_what_is_not_a_stored_digest_has_no_content(store, source, digest):
    keep(store, source)
    assert store.content(digest) is None


def test_only_unwanted_content_that_is_not_fresh_is_removed(store, source, tmp_path):
    keep(store, source)
    (tmp_path / "b").write_bytes(b"b")
    other = keep(store, tmp_path / "b").digest
    store.remove(lambda: {DIGEST, other})
    assert {entry.name for entry in store.listing()} == {DIGEST, other}
    age(store.path(DIGEST))
    age(store.path(other))
    store.remove(lambda: {DIGEST})
    assert {entry.name for entry in store.listing()} == {other}


def test_copies_of_killed_processes_are_removed_when_they_are_old(store, source):
    keep(store, source)
    fresh, old = store.root / "incoming-1-aa", store.root / "incoming-2-bb"
    for path in (fresh, old):
        path.write_bytes(b"half")
    age(old)
    store.remove(set)
    assert fresh.exists()
    assert not old.exists()


def test_a_store_that_does_not_exist_is_empty(store):
    store.remove(lambda: pytest.fail("nothing to decide"))
    assert list(store.listing()) == []
    assert not store.root.exists()


def test_changed_content_is_damaged_for_every_reader(store, source):
    keep(store, source)
    path = store.path(DIGEST)
    assert content_store.is_sound(path)
    assert content_store.read(path) == DATA
    path.chmod(0o644)
    path.write_bytes(DATA[:-1] + b"?")
    assert not content_store.is_sound(path)
    path.unlink()
    os.mkfifo(path)  # reading it would never end
    assert not content_store.is_sound(path)
    with pytest.raises(Damaged, match="its SHA-256 is not its name"):
        content_store.read(path)
    with pytest.raises(Damaged, match="its SHA-256 is not its name"):
        content_store.write_to(path, io.BytesIO())


class TestGitLfs:
    @pytest.fixture
    def store(self, tmp_path: Path) -> ContentStore:
        return ContentStore.of(str(tmp_path / "common"), 1 << 20)

    def test_it_finds_the_content_at_its_own_place(self, store, source):
        keep(store, source)
        path = store.lfs_path(DIGEST)
        assert path == store.root.parents[1] / "lfs/objects" / DIGEST[:2] / DIGEST[2:4] / DIGEST
        assert path.samefile(store.path(DIGEST))
        path.unlink()  # git lfs prune
        assert store.content(DIGEST).read_bytes() == DATA

    def test_its_own_file_stays(self, store, source):
        path = store.lfs_path(DIGEST)
        path.parent.mkdir(parents=True)
        path.write_bytes(DATA)
        keep(store, source)
        assert not path.samefile(store.path(DIGEST))
        age(store.path(DIGEST))
        store.remove(lambda: {DIGEST})
        assert (path.exists(), store.content(DIGEST)) == (True, None)

    def test_both_names_go_together(self, store, source):
        keep(store, source)
        age(store.path(DIGEST))
        store.remove(lambda: {DIGEST})
        assert (store.lfs_path(DIGEST).exists(), store.content(DIGEST)) == (False, None)

    def test_content_that_is_stored_again_is_still_one_file(self, store, source):
        keep(store, source)
        first = store.path(DIGEST).stat().st_ino
        keep(store, source)
        assert store.path(DIGEST).stat().st_ino != first
        assert store.lfs_path(DIGEST).samefile(store.path(DIGEST))
        assert list(store.root.glob("incoming-*")) == []

    def test_a_folder_that_cannot_be_written_costs_nothing_else(self, store, source):
        store.lfs.parent.mkdir(parents=True)
        store.lfs.write_text("a file is in the way")
        assert keep(store, source).problem == ""
