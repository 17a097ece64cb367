"""git/worktree: a worktree has exactly the code of a commit, and is forgotten completely."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git import worktree


@pytest.fixture
def repo(project) -> git.Repo:
    return git.find()


@pytest.fixture
def commit(project) -> str:
    return run_git(".", "rev-parse", "HEAD")


@pytest.fixture
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("outside") / "tree"


def worktrees() -> int:
    return len(run_git(".", "worktree", "list").splitlines())


def test_the_worktree_is_detached_at_the_commit(repo, commit, folder):
    Path("train.py").write_text("changed since\n")
    worktree.add(repo, commit, str(folder))
    assert (folder / "train.py").read_text() == 'print("training")\n'
    assert run_git(folder, "rev-parse", "HEAD") == commit
    assert run_git(folder, "branch", "--show-current") == ""


def test_it_can_be_on_a_new_branch(repo, commit, folder):
    worktree.add(repo, commit, str(folder), "again")
    assert run_git(folder, "branch", "--show-current") == "again"
    assert run_git(".", "rev-parse", "again") == commit


def test_a_relative_folder_is_below_the_current_one(repo, commit, tmp_path):
    worktree.add(repo, commit, "../beside")
    assert (tmp_path.parent / "beside" / "train.py").exists()


def test_of_many_that_are_added_at_once_none_reads_another_half_made(repo, commit, tmp_path):
    folders = [str(tmp_path.parent / f"tree-{number}") for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda folder: worktree.add(repo, commit, folder), folders))
    assert worktrees() == 13


def test_a_folder_that_exists_is_refused_and_stays(repo, commit, folder):
    folder.mkdir()
    (folder / "mine").touch()
    with pytest.raises(git.GitError):
        worktree.add(repo, commit, str(folder))
    assert [path.name for path in folder.iterdir()] == ["mine"]
    assert worktrees() == 1


def test_hooks_of_the_repository_do_not_run(repo, commit, folder):
    hook = Path(".git/hooks/post-checkout")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    worktree.add(repo, commit, str(folder))
    assert not (folder / "ran").exists()
    assert not Path("ran").exists()


class TestFilters:
    @pytest.fixture(autouse=True)
    def filtered(self, repo):
        """A commit with a file that a filter of the user changes as it is checked out."""
        Path(".gitattributes").write_text("*.dat filter=mine\n")
        Path("a.dat").write_text("data\n")
        run_git(".", "add", ".")
        run_git(".", "commit", "-qm", "data")
        self.commit = run_git(".", "rev-parse", "HEAD")

    def test_the_filter_runs_outside_of_the_new_tree(self, repo, folder):
        run_git(".", "config", "filter.mine.smudge", "pwd")
        worktree.add(repo, self.commit, str(folder))
        place = (folder / "a.dat").read_text().strip()
        assert not place.startswith(str(folder))
        assert (folder / "train.py").exists()
        assert run_git(folder, "rev-parse", "HEAD") == self.commit

    def test_python_filters_import_nothing_from_the_folder(self, repo, folder):
        run_git(".", "config", "filter.mine.smudge", "printenv PYTHONSAFEPATH")
        worktree.add(repo, self.commit, str(folder))
        assert (folder / "a.dat").read_text() == "1\n"

    def test_a_filter_that_fails_leaves_no_worktree(self, repo, folder):
        run_git(".", "config", "filter.mine.smudge", "false")
        run_git(".", "config", "filter.mine.required", "true")
        with pytest.raises(git.GitError):
            worktree.add(repo, self.commit, str(folder))
        assert worktrees() == 1
        assert not folder.exists()


@pytest.mark.parametrize("path", ["whole", "end"])
def test_a_worktree_is_forgotten_with_its_files_and_changes(repo, commit, folder, path):
    worktree.add(repo, commit, str(folder))
    (folder / "new.txt").touch()
    worktree.forget(repo, str(folder) if path == "whole" else folder.name)
    assert worktrees() == 1
    assert not folder.exists()


def test_a_locked_worktree_is_forgotten_too(repo, commit, folder):
    worktree.add(repo, commit, str(folder))
    run_git(".", "worktree", "lock", str(folder))
    worktree.forget(repo, str(folder))
    assert worktrees() == 1


def test_a_worktree_that_git_does_not_know_is_no_error(repo, folder):
    worktree.forget(repo, str(folder))


def test_submodules_of_a_commit_are_listed(repo, commit):
    assert list(worktree.links(repo, commit)) == []
    for path in ("libs/a b", "other"):
        run_git(".", "update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
    run_git(".", "commit", "-qm", "links")
    links = list(worktree.links(repo, run_git(".", "rev-parse", "HEAD")))
    assert links == [("libs/a b", commit), ("other", commit)]
