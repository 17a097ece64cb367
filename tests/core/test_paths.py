"""Paths from a run: each stays below its folder, and no part is ``.git`` on any file system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core import paths


@pytest.mark.parametrize(
    "path", ["model.bin", "a/b.txt", ".gitignore", "git", "a b", "ü/é", "...", "a..b", "\udcff"]
)
def test_ordinary_names_are_safe(path):
    assert paths.fault(path) is None


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "has an empty part"),
        ("a//b", "has an empty part"),
        ("a/./b", "has an empty part"),
        ("/etc/passwd", "is absolute"),
        ("\\server", "is absolute"),
        ("C:/x", "is absolute"),
        ("c:\\x", "is absolute"),
        ("../x", "leads out of its folder by '..'"),
        ("a/../../x", "leads out of its folder by '..'"),
        ("a\\..\\x", "leads out of its folder by '..'"),
        (".git/config", "names .git"),
        ("a/.GIT/hooks", "names .git"),
        ("a\\.git", "names .git"),
        ("git~1/config", "names .git"),
        (".git. ./x", "names .git"),
        (".git::$INDEX_ALLOCATION", "names .git"),
        (".g\u200cit/config", "names .git"),
        ("\ufeff.git", "names .git"),
        ("a\0b", "has a character that no file name can have"),
        ("a\ud800", "has a character that no file name can have"),
    ],
)
def test_a_fault_is_named(path, problem):
    assert paths.fault(path) == problem


@given(st.text("abAB.~1 :/\\gitGIT\u200c", max_size=12))
def test_a_safe_path_has_no_part_that_leaves_or_is_git(path):
    if paths.fault(path) is None:
        parts = path.replace("\\", "/").split("/")
        assert ".." not in parts
        assert not any(part.lower() in (".git", "git~1") for part in parts)
        assert not path.startswith("/")


@pytest.mark.parametrize(
    ("path", "target", "problem"),
    [
        ("latest", "epoch-3", None),
        ("a/latest", "../b/epoch", None),
        ("a/latest", "..", None),
        ("latest", "", "is empty"),
        ("latest", "/etc/passwd", "is absolute"),
        ("latest", "..", "leads out of its folder by '..'"),
        ("a/latest", "../../x", "leads out of its folder by '..'"),
        ("latest", ".git", "names .git"),
        ("latest", ".git/../x", "names .git"),
    ],
)
def test_a_link_stays_in_the_folder_of_the_run(path, target, problem):
    assert paths.link_fault(path, target) == problem


def test_a_link_on_the_way_is_found(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    assert not paths.through_link(tmp_path, "folder/file")
    assert paths.through_link(tmp_path, "link/file")
    assert not paths.through_link(tmp_path, "link")  # the last part itself may be a link
