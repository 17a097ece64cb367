"""Symbolic links in what a command wrote."""

from __future__ import annotations

import os

import pytest

from gittrack.record.evidence import links, written


@pytest.fixture
def tree(tmp_path):
    """Return the root of a tree with a folder beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "tree").mkdir()
    return tmp_path / "tree"


def now(tree) -> int:
    """Return a moment after everything that was written so far, by the time of the file system."""
    (tree / "clock").touch()
    return (tree / "clock").stat().st_ctime_ns + 1


def wait(tree, moment: int) -> None:
    """Touch a file until the time of the file system has come to a moment."""
    while now(tree) <= moment:
        pass


def outside_paths(tree, began_ns: int) -> list[str]:
    return [
        entry["path"] for entry in written.look(str(tree), began_ns).files if "outside" in entry
    ]


def test_a_link_to_what_did_not_change_is_harmless(tree):
    (tree.parent / "outside/data").write_text("1")
    began = now(tree)
    wait(tree, began)
    os.symlink(tree.parent / "outside", tree / "folder")
    os.symlink(tree.parent / "outside/data", tree / "file")
    os.symlink(tree.parent / "nothing", tree / "dangling")
    assert outside_paths(tree, began) == []


@pytest.mark.parametrize("target", ["outside", "outside/data"])
def test_a_link_that_was_there_before_shows_what_changed_behind_it(tree, target):
    (tree.parent / "outside/data").write_text("1")
    os.symlink(tree.parent / target, tree / "link")
    began = now(tree)
    wait(tree, began)
    (tree.parent / "outside/data").write_text("2")
    assert outside_paths(tree, began) == ["link"]


def test_a_link_inside_the_tree_is_compared_by_what_it_means(tree):
    """Its text has no path of the tree, which a rerun has not, and nothing that the clock made."""
    texts = (tree / "20260228-101022", tree / "20261129-092233", tree / "best")
    digests = []
    for text in texts:
        os.symlink(text, tree / "last")
        digests.append(links.entry(str(tree), "last", 0)["canonical"])
        (tree / "last").unlink()
    assert digests[0] == digests[1] != digests[2]
    os.symlink("best", tree / "last")
    assert "canonical" not in links.entry(str(tree), "last", 0)
