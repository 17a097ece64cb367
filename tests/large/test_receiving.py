"""large/receiving: content comes whole, with its size and digest, or not at all; it can go on."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path

import pytest

from gittrack.core.errors import Damaged
from gittrack.disk.content_store import INCOMING, ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large import receiving

DATA = bytes(range(256)) * 5000  # more than a part
CONTENT = Pointer(hashlib.sha256(DATA).hexdigest(), len(DATA))


@pytest.fixture
def store(tmp_path) -> ContentStore:
    return ContentStore.of(str(tmp_path / "common"))


class Broken(io.BytesIO):
    """A stream that fails in the middle, as a connection does."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 1 << 20:
            raise ConnectionResetError(104, "connection reset")
        return super().read(size)


def partial(store: ContentStore) -> Path:
    return store.root / f"{INCOMING}{CONTENT.digest}"


def test_content_comes_read_only_and_for_git_lfs_too(store):
    counted: list[int] = []
    receiving.receive(store, CONTENT, lambda: io.BytesIO(DATA), counted.append)
    path = store.content(CONTENT.digest)
    assert path.read_bytes() == DATA
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert path.samefile(store.lfs_path(CONTENT.digest))
    assert (sum(counted), list(store.root.glob(f"{INCOMING}*"))) == (len(DATA), [])


def test_it_goes_on_where_a_broken_connection_stopped(store):
    with pytest.raises(ConnectionResetError):
        receiving.receive(store, CONTENT, lambda: Broken(DATA))
    begun = partial(store).stat().st_size
    assert (begun > 0, store.content(CONTENT.digest)) == (True, None)
    source = io.BytesIO(b"\0" * begun + DATA[begun:])  # the beginning is not read again
    receiving.receive(store, CONTENT, lambda: source)
    assert store.content(CONTENT.digest).read_bytes() == DATA


@pytest.mark.parametrize(
    "data",
    [DATA[:-1], DATA + b"x", DATA[::-1], b"", DATA * 50],
    ids=["short", "long", "other", "0", "huge"],
)
def test_other_bytes_are_refused_and_removed(store, data):
    source = io.BytesIO(data)
    with pytest.raises(Damaged):
        receiving.receive(store, CONTENT, lambda: source)
    assert [p.name for p in store.root.iterdir()] == []
    assert source.closed


def test_a_huge_stream_is_not_read_to_its_end(store):
    counted: list[int] = []
    with pytest.raises(Damaged):
        receiving.receive(store, CONTENT, lambda: io.BytesIO(DATA * 50), counted.append)
    assert sum(counted) <= len(DATA) + 1


@pytest.mark.parametrize("left", [DATA[:1000], b"other", DATA + b"more"])
def test_what_an_interrupted_process_left_is_checked(store, left):
    store.root.mkdir(parents=True)
    partial(store).write_bytes(left)
    if left == b"other":
        with pytest.raises(Damaged):
            receiving.receive(store, CONTENT, lambda: io.BytesIO(DATA))
    receiving.receive(store, CONTENT, lambda: io.BytesIO(DATA))
    assert store.content(CONTENT.digest).read_bytes() == DATA


def test_content_that_came_meanwhile_is_not_read(store):
    receiving.receive(store, CONTENT, lambda: io.BytesIO(DATA))
    receiving.receive(store, CONTENT, lambda: pytest.fail("opened"))


class TestAdopt:
    @pytest.fixture
    def file(self, store) -> Path:
        path = store.lfs_path(CONTENT.digest)
        path.parent.mkdir(parents=True)
        path.write_bytes(DATA)
        return path

    def test_a_file_of_git_lfs_gets_a_second_name(self, store, file):
        receiving.adopt(store, CONTENT, file)
        assert store.content(CONTENT.digest).samefile(file)
        receiving.adopt(store, CONTENT, Path("/nowhere"))  # it is here already

    def test_a_file_with_other_bytes_is_not_taken(self, store, file):
        file.write_bytes(DATA[::-1])
        with pytest.raises(Damaged):
            receiving.adopt(store, CONTENT, file)
        assert (store.content(CONTENT.digest), file.read_bytes()) == (None, DATA[::-1])

    def test_another_file_system_means_a_copy(self, store, file, monkeypatch):
        def refuse(*args: object) -> None:
            raise OSError(18, "cross-device link")

        monkeypatch.setattr(os, "link", refuse)
        receiving.adopt(store, CONTENT, file)
        path = store.content(CONTENT.digest)
        assert (path.read_bytes(), path.samefile(file)) == (DATA, False)
