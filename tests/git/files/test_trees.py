"""Trees of folders that are read without a process are as git shows them; git is asked about others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from helpers import git

from gittrack.git.files import edited_tree, trees

PATHS = [
    "top.py",
    "a/one.py",
    "a/b/c/two.py",
    "a/new folder/three.py",
    "é/four.py",
    "link/x",
    "file/x",
]


@pytest.fixture(params=["sha1", "sha256"])
def place(tmp_path, request):
    place = tmp_path / "ours"
    git(tmp_path, "init", "-q", f"--object-format={request.param}", "ours")
    for path in ("top.py", "a/one.py", "a/b/c/two.py", "é/four.py", "file"):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(path)
    (place / "link").symlink_to("a")
    git(place, "add", "-A")
    git(place, "commit", "-qm", "files")
    return place


def test_trees_are_those_of_git(place):
    check(place)
    git(place, "gc", "-q")
    check(place)


def test_git_is_asked_about_a_damaged_tree_and_about_many(place):
    base = git(place, "rev-parse", "HEAD^{tree}").strip()
    assert trees.read(f"{place}/.git", base, ["", *(f"f{number}" for number in range(100))]) is None
    inner = git(place, "rev-parse", "HEAD:a").strip()
    other = loose(place, git(place, "rev-parse", "HEAD:a/b").strip())
    loose(place, inner).unlink()
    loose(place, inner).write_bytes(other.read_bytes())  # a sound object with another id
    assert trees.read(f"{place}/.git", base, ["", "a"]) is None
    loose(place, inner).unlink()
    assert trees.read(f"{place}/.git", base, ["", "a"]) is None
    assert trees.read(f"{place}/.git", base, ["", "é"]) is not None


def check(place: Path) -> None:
    """Compare what is read with what git shows; a folder that git does not know has no tree."""
    base = git(place, "rev-parse", "HEAD^{tree}").strip()
    folders = edited_tree.folders(PATHS)
    assert folders[0] == ""
    read = trees.read(f"{place}/.git", base, folders)
    assert read == {folder: shown(place, f"{base}:{folder}") for folder in folders}


def shown(place: Path, name: str) -> bytes | None:
    shows = subprocess.run(["git", "cat-file", "tree", name], cwd=place, capture_output=True)
    return shows.stdout if shows.returncode == 0 else None


def loose(place: Path, oid: str) -> Path:
    return place / ".git/objects" / oid[:2] / oid[2:]
