"""A temporary worktree is removed with its process, or found afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git import temporary_worktree


@pytest.fixture
def tree(project):
    return temporary_worktree.make(git.find(), run_git(project, "rev-parse", "HEAD"))


def abandon(tree: temporary_worktree.TemporaryWorktree) -> None:
    """Release the lock as a kill does: the record stays."""
    os.close(tree.handle)


def test_a_worktree_has_the_code_and_goes_completely(tree):
    assert Path(tree.folder, "train.py").exists()
    assert temporary_worktree.leftovers(git.find()) == []
    temporary_worktree.remove(git.find(), tree)
    assert not Path(tree.home).exists()
    assert not Path(tree.record).exists()
    assert len(run_git(".", "worktree", "list").splitlines()) == 1


def test_what_a_killed_process_left_is_cleared(tree):
    abandon(tree)
    [leftover] = temporary_worktree.leftovers(git.find())
    assert leftover.home == tree.home
    assert temporary_worktree.clear_all(git.find()) == [tree.home]
    assert temporary_worktree.leftovers(git.find()) == []
    assert len(run_git(".", "worktree", "list").splitlines()) == 1


def test_a_worktree_in_use_is_not_cleared(tree):
    leftover = temporary_worktree.Leftover(tree.record, tree.home)
    assert not temporary_worktree.clear(git.find(), leftover)
    assert Path(tree.folder).exists()
    temporary_worktree.remove(git.find(), tree)


def test_a_released_worktree_belongs_to_the_user(tree):
    temporary_worktree.release(tree)
    assert temporary_worktree.leftovers(git.find()) == []
    assert Path(tree.folder, "train.py").exists()


@pytest.mark.parametrize("text", ["", "not json\n", '"/etc"\n', '"relative"\n', "7\n", '["a"]\n'])
def test_a_forged_record_removes_nothing(tree, tmp_path, text):
    abandon(tree)
    Path(tree.record).write_text(text)
    [leftover] = temporary_worktree.leftovers(git.find())
    assert leftover.home == ""
    assert temporary_worktree.clear(git.find(), leftover)
    assert Path(tree.home).exists()
    assert not Path(tree.record).exists()


def test_a_commit_that_does_not_exist_leaves_nothing(project, scratch):
    with pytest.raises(git.GitError):
        temporary_worktree.make(git.find(), "0" * 40)
    assert list(scratch.glob("gittrack-*")) == []
    assert temporary_worktree.leftovers(git.find()) == []
