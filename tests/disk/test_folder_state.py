"""disk/folder_state: what is new is removed, what was changed is seen, whatever the times say."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from gittrack.disk import folder_state


@pytest.fixture
def tree(tmp_path) -> Path:
    folder = tmp_path / "tree"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text("a = 1\n")
    (folder / "link").symlink_to("src")
    return folder


def names(tree: Path) -> list[str]:
    return sorted(str(path.relative_to(tree)) for path in tree.rglob("*"))


def test_what_is_new_is_removed_and_links_are_not_followed(tree, tmp_path):
    before, listing = folder_state.read([str(tree)]), names(tree)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "data").write_text("theirs")
    (tree / "src" / "__pycache__").mkdir()
    (tree / "src" / "__pycache__" / "a.pyc").write_bytes(b"code")
    (tree / "out" / "empty").mkdir(parents=True)
    (tree / "src" / "to-data").symlink_to(outside)
    assert folder_state.restore(before)
    assert names(tree) == listing
    assert (outside / "data").read_text() == "theirs"
    assert folder_state.restore(before), "it holds for the trial after that, too"


def rewrite(tree: Path) -> None:
    path = tree / "src" / "a.py"
    status = path.stat()
    path.write_text("a = 2\n")  # of the same size
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace(tree: Path) -> None:
    (tree / "new").write_text("a = 1\n")
    (tree / "new").replace(tree / "src" / "a.py")


def turn(tree: Path) -> None:
    (tree / "link").unlink()
    (tree / "link").symlink_to("/")


def hide(tree: Path) -> None:
    shutil.move(tree / "src", tree / "elsewhere")


@pytest.mark.parametrize(
    "change",
    [
        rewrite,
        replace,
        turn,
        hide,
        lambda tree: (tree / "src" / "a.py").unlink(),
        lambda tree: (tree / "src" / "a.py").chmod(0o700),
        lambda tree: (tree / "src").chmod(0o711),
        shutil.rmtree,
    ],
)
def test_a_change_is_seen(tree, change):
    before = folder_state.read([str(tree)])
    change(tree)
    assert not folder_state.restore(before)


def test_what_cannot_be_removed_is_not_ignored(tree, monkeypatch):
    before = folder_state.read([str(tree)])
    (tree / "new").mkdir()
    monkeypatch.setattr(shutil, "rmtree", lambda path: os.rmdir(f"{path}/missing"))
    assert not folder_state.restore(before)


def test_the_clock_of_the_file_system_counts(tree, monkeypatch):
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10**10)  # a file server may be 10 s behind
    for number in range(20):
        (tree / "src" / "a.py").write_text(f"a = {number}\n")
        newest = max(path.lstat().st_ctime_ns for path in tree.rglob("*") if not path.is_dir())
        folder_state.read([str(tree)])
        (tree / "later").write_text("")
        assert (tree / "later").lstat().st_ctime_ns > newest
        (tree / "later").unlink()
