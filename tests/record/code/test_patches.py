"""record/code/patches: the entries of diff.yaml from git's comparison of two trees."""

import os
from pathlib import Path
from typing import Any

import pytest
from helpers import git

from gittrack.git import find
from gittrack.record.code import patches


def compare(project: Path, before: str | None = "HEAD") -> dict[str, dict[str, Any]]:
    """Return {path: entry} of what differs between a commit and all files of the work tree."""
    git(project, "add", "--all")
    base = before and git(project, "rev-parse", f"{before}^{{tree}}")
    call = patches.start_comparison(find(str(project)), base, git(project, "write-tree"), {})
    return {entry["path"]: entry for entry in patches.files(call)}


def test_equal_trees_have_no_entries(project: Path) -> None:
    assert compare(project) == {}


def test_each_file_has_its_status_and_its_lines(project: Path) -> None:
    Path("train.py").write_text("print('a')\nprint('b')\n")
    Path("params.yaml").unlink()
    Path("new file\n.py").write_text("x\n")
    entries = compare(project)
    assert {path: (e["status"], e["added"], e["removed"]) for path, e in entries.items()} == {
        "train.py": ("modified", 2, 1),
        "params.yaml": ("deleted", 0, 3),
        "new file\n.py": ("added", 1, 0),
    }
    assert entries["train.py"]["patch"].startswith("diff --git a/train.py b/train.py\n")
    assert entries["train.py"]["patch"].endswith("+print('a')\n+print('b')\n")


def test_without_a_commit_every_file_is_added(project: Path) -> None:
    assert {e["status"] for e in compare(project, None).values()} == {"added"}


def test_a_moved_file_is_a_deletion_and_an_addition(project: Path) -> None:
    Path("train.py").rename("moved.py")
    assert {path: e["status"] for path, e in compare(project).items()} == {
        "train.py": "deleted",
        "moved.py": "added",
    }


def test_a_file_that_becomes_a_link_has_both_patches_and_the_next_file_its_own(
    project: Path,
) -> None:
    Path("params.yaml").unlink()
    os.symlink("train.py", "params.yaml")
    Path("train.py").write_text("other\n")
    entries = compare(project)
    assert entries["params.yaml"]["status"] == "type changed"
    assert entries["params.yaml"]["patch"].count("diff --git ") == 2
    assert entries["train.py"]["patch"].count("diff --git ") == 1
    assert "+other" in entries["train.py"]["patch"]


def test_a_change_of_the_mode_alone_has_no_lines(project: Path) -> None:
    Path("train.py").chmod(0o755)
    entry = compare(project)["train.py"]
    assert (entry["status"], entry["added"], entry["removed"]) == ("modified", 0, 0)
    assert "new mode 100755" in entry["patch"]


def test_a_binary_file_has_no_counts_of_lines(project: Path) -> None:
    Path("a.bin").write_bytes(b"\0\1\2")
    entry = compare(project)["a.bin"]
    assert "added" not in entry
    assert "Binary files" in entry["patch"]


def test_a_line_that_looks_like_a_patch_does_not_split_it(project: Path) -> None:
    Path("train.py").write_text("diff --git a/x b/x\n")
    Path("z.txt").write_text("z\n")
    entries = compare(project)
    assert "+diff --git a/x b/x" in entries["train.py"]["patch"]
    assert entries["z.txt"]["patch"].startswith("diff --git a/z.txt")


def test_bytes_that_are_not_utf_8_come_back(project: Path) -> None:
    Path("a.txt").write_bytes(b"\xff\n")
    assert os.fsencode(compare(project)["a.txt"]["patch"]).endswith(b"+\xff\n")


def test_a_patch_over_a_limit_is_left_out_with_its_size(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.txt").write_text("x" * 500 + "\n")
    Path("b.txt").write_text("b\n")
    whole = compare(project)
    size = len(whole["a.txt"]["patch"])
    monkeypatch.setattr(patches, "MAX_PATCH", size)
    assert compare(project) == whole
    monkeypatch.setattr(patches, "MAX_PATCH", size - 1)
    entries = compare(project)
    assert entries["a.txt"]["patch_left_out"] == size
    assert "patch" not in entries["a.txt"]
    assert entries["b.txt"] == whole["b.txt"]


def test_the_patches_together_have_a_limit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text("x\n")
    size = len(compare(project)["a.txt"]["patch"])
    monkeypatch.setattr(patches, "MAX_PATCHES", 2 * size - 1)
    entries = compare(project)
    assert "patch" in entries["a.txt"]
    assert entries["b.txt"]["patch_left_out"] == size


def test_settings_of_the_user_do_not_change_the_patch(project: Path) -> None:
    Path("train.py").write_text("other\n")
    plain = compare(project)
    for key in ("color.ui=always", "diff.external=false", "diff.renames=copies"):
        git(project, "config", *key.split("="))
    assert compare(project) == plain
