"""large/folder_store and large/transfer: contents in a folder, each whole or not there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large import transfer
from gittrack.large.folder_store import FolderStore

DATAS = [f"weights {number}".encode() * 100 for number in range(20)]
CONTENTS = [Pointer(hashlib.sha256(data).hexdigest(), len(data)) for data in DATAS]


@pytest.fixture
def here(tmp_path) -> ContentStore:
    """A store with the contents."""
    store = ContentStore.of(str(tmp_path / "here"), 1 << 20)
    for data in DATAS:
        (tmp_path / "file").write_bytes(data)
        with open(tmp_path / "file", "rb") as file:
            store.keep(file)
    return store


@pytest.fixture
def folder(tmp_path) -> FolderStore:
    path = tmp_path / "team"
    path.mkdir()
    return FolderStore(path, "team", path)


def files(here: ContentStore) -> dict[Pointer, Path]:
    return {content: here.path(content.digest) for content in CONTENTS}


def send(folder: FolderStore, here: ContentStore, counted: list[int] | None = None):
    return transfer.send(folder, files(here), ([] if counted is None else counted).append)


def bring(folder: FolderStore, here: ContentStore, contents=CONTENTS):
    return transfer.bring(folder, contents, here, lambda count: None)


def test_contents_go_there_and_come_to_another_clone(folder, here, tmp_path):
    counted: list[int] = []
    assert send(folder, here, counted) == {}
    assert sum(counted) == sum(map(len, DATAS))
    first = CONTENTS[0].digest
    assert (folder.folder / first[:2] / first[2:4] / first).read_bytes() == DATAS[0]
    there = ContentStore.of(str(tmp_path / "there"))
    assert bring(folder, there) == {}
    assert all(there.has(content) for content in CONTENTS)


def test_only_what_is_missing_or_incomplete_is_sent(folder, here):
    send(folder, here)
    whole, cut = (folder.folder / c.digest[:2] / c.digest[2:4] / c.digest for c in CONTENTS[:2])
    before = whole.stat().st_ino
    cut.unlink()
    cut.write_bytes(DATAS[1][:10])
    assert send(folder, here) == {}
    assert (whole.stat().st_ino, cut.read_bytes()) == (before, DATAS[1])


def test_content_that_has_changed_here_is_not_sent_and_the_rest_is(folder, here):
    path = here.path(CONTENTS[3].digest)
    path.chmod(0o644)
    path.write_bytes(b"a bad disk")
    failures = send(folder, here)
    assert list(failures) == [CONTENTS[3]]
    assert failures[CONTENTS[3]].endswith("has changed")
    assert folder.size(CONTENTS[3].digest) is None
    assert list(folder.folder.glob("incoming-*")) == []


def test_what_is_wrong_there_does_not_come(folder, here, tmp_path):
    send(folder, here)
    there = ContentStore.of(str(tmp_path / "there"))
    for content, data in ((CONTENTS[0], b"other bytes"), (CONTENTS[1], DATAS[1][::-1])):
        path = folder.folder / content.digest[:2] / content.digest[2:4] / content.digest
        path.unlink()
        path.write_bytes(data)
    absent = Pointer("0" * 64, 5)
    lying = CONTENTS[2]._replace(size=7)
    failures = bring(folder, there, [CONTENTS[0], CONTENTS[1], absent, lying, CONTENTS[4]])
    assert failures == {
        CONTENTS[0]: f"it has 11 bytes in team, but {CONTENTS[0].size} were recorded",
        CONTENTS[1]: f"the content that came is not {CONTENTS[1].digest[:12]}",
        absent: "team does not have it",
        lying: f"it has {CONTENTS[2].size} bytes in team, but 7 were recorded",
    }
    assert there.has(CONTENTS[4])


def test_a_folder_that_is_away_is_not_taken_for_an_empty_one(folder, here, tmp_path):
    away = folder._replace(folder=tmp_path / "away", required=tmp_path / "away")
    assert set(send(away, here).values()) == {f"the folder {tmp_path}/away does not exist"}
    there = ContentStore.of(str(tmp_path / "there"))
    assert set(bring(away, there).values()) == {f"the folder {tmp_path}/away does not exist"}
    assert not away.folder.exists()


def test_ctrl_c_ends_the_other_moves(folder, here):
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer.send(folder, files(here), interrupt)
    assert send(folder, here) == {}
