"""Where files of a run are written: never into git's own folder without being asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gittrack.cli.commands._destination import destination
from gittrack.core.errors import TrackError


def test_the_current_folder_or_the_one_that_was_named(empty_repo):
    assert destination(empty_repo, None) == Path()
    assert destination(empty_repo, "new/file") == Path("new/file")


@pytest.mark.parametrize("inside", [".git", ".git/hooks"])
def test_a_folder_of_git_is_refused_unless_it_is_named(empty_repo, monkeypatch, inside):
    Path(inside).mkdir(exist_ok=True)
    monkeypatch.chdir(inside)
    with pytest.raises(TrackError, match="the current folder belongs to git itself") as caught:
        destination(empty_repo, None)
    assert caught.value.hint == "name another one: -o DEST"
    assert destination(empty_repo, "x") == Path("x")


def test_a_link_into_git_is_a_folder_of_git(empty_repo, monkeypatch):
    Path("hooks").symlink_to(".git")
    monkeypatch.chdir("hooks")
    with pytest.raises(TrackError):
        destination(empty_repo, None)


def test_a_neighbour_with_a_similar_name_is_not_inside(empty_repo, monkeypatch):
    Path(".git-files").mkdir()
    monkeypatch.chdir(".git-files")
    assert destination(empty_repo, None) == Path()
