"""Errors of transactions of refs, by their kind."""

from __future__ import annotations

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git import refs


def test_a_ref_below_another_one_is_refused_with_a_hint(project):
    commit = run_git(project, "rev-parse", "HEAD")
    found = git.find()
    refs.update(found, "refs/models/a", commit, None, "test")
    with pytest.raises(refs.BelowAnotherRef) as caught:
        refs.update(found, "refs/models/a/b", commit, None, "test")
    assert caught.value.hint == "git cannot store a ref below another ref: choose another name"


def test_a_ref_that_was_moved_by_somebody_else_is_another_error(project):
    commit = run_git(project, "rev-parse", "HEAD")
    found = git.find()
    refs.update(found, "refs/models/a", commit, None, "test")
    with pytest.raises(git.GitError) as caught:
        refs.update(found, "refs/models/a", commit, None, "test")
    assert type(caught.value) is git.GitError
