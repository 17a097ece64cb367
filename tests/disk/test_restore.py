"""Files of a run are written below one folder, with the recorded content, or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from gittrack.core.errors import Damaged, TrackError
from gittrack.disk import restore


def line(path: str, content: bytes = b"x", **more) -> dict:
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), **more}


def test_a_file_is_written_with_its_folders_and_mode(tmp_path):
    path = restore.write(tmp_path, "a/b.sh", b"x", line("a/b.sh", executable=True))
    assert path == tmp_path / "a/b.sh"
    assert path.read_bytes() == b"x"
    assert os.access(path, os.X_OK)
    assert not os.access(restore.write(tmp_path, "c", b"x", line("c")), os.X_OK)


def test_content_of_another_size_than_the_recorded_one_is_refused(tmp_path):
    restore.write(tmp_path, "c", b"x", line("c", size=1))
    with pytest.raises(Damaged, match="is not the recorded one"):
        restore.write(tmp_path, "d", b"x", line("d", size=2))
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_content_can_come_from_a_file_of_the_store(tmp_path):
    (tmp_path / "stored").write_bytes(b"x")
    path = restore.write(tmp_path / "out", "c", tmp_path / "stored", line("c"))
    assert path.read_bytes() == b"x"


@pytest.mark.parametrize(
    "path", ["../a", "/etc/a", "a/../../b", ".git/config", "a/.GIT/hooks/x", ""]
)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, path):
    with pytest.raises(TrackError, match="not written"):
        restore.check(tmp_path, path, line(path))


@pytest.mark.parametrize("target", ["../../x", "/etc/passwd", ".git/config"])
def test_a_link_that_leaves_the_folder_is_refused(tmp_path, target):
    with pytest.raises(TrackError, match="would leave its folder"):
        restore.check_names("a", line("a", link=target))


def test_an_existing_link_on_the_way_is_not_followed(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "root/a").symlink_to(tmp_path / "other")
    with pytest.raises(TrackError, match="through an existing link"):
        restore.write(tmp_path / "root", "a/b", b"x", line("a/b"))
    assert list((tmp_path / "other").iterdir()) == []


def test_other_content_than_recorded_changes_nothing(tmp_path):
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(Damaged, match="the content of a is not the recorded one"):
        restore.write(tmp_path, "a", b"y", line("a", b"x"))
    assert (tmp_path / "a").read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_inside_is_restored_as_a_link(tmp_path):
    item = line("d/a", b"b", link="b")
    path = restore.write(tmp_path, "d/a", b"b", item)
    assert os.readlink(path) == "b"
    assert not restore.differs(path, b"b", item)
    assert restore.differs(path, b"c", line("d/a", b"c", link="c"))


def test_a_file_differs_by_its_content_only(tmp_path):
    path = tmp_path / "a"
    assert not restore.differs(path, b"x", line("a"))
    path.write_bytes(b"x")
    assert not restore.differs(path, b"x", line("a"))
    assert restore.differs(path, b"y", line("a"))
    assert restore.differs(path, b"xx", line("a"))
    assert restore.differs(tmp_path, b"x", line("a"))


def test_a_name_selects_a_file_or_a_folder():
    items = dict.fromkeys(("a/b", "a/c", "ab"))
    assert restore.select(items, "a") == ["a/b", "a/c"]
    assert restore.select(items, "a/b") == ["a/b"]
    assert restore.select(items, "b") == []


def test_the_size_of_bytes_and_of_a_file(tmp_path):
    Path(tmp_path, "a").write_bytes(b"abc")
    assert restore.size(b"abc") == restore.size(tmp_path / "a") == 3
