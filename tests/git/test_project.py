"""git/project: a repository for the demo, and files that are included in a configuration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git import project


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "demo"
    (path / "sub").mkdir(parents=True)
    (path / "train.py").write_text("print(1)\n")
    (path / "sub" / "params.yaml").write_text("lr: 1\n")
    return path


def test_all_files_are_in_the_one_commit_of_main(folder):
    project.make_repository(str(folder))
    assert run_git(folder, "ls-tree", "-r", "--name-only", "main").split() == [
        "sub/params.yaml",
        "train.py",
    ]
    assert run_git(folder, "rev-list", "--count", "--all") == "1"
    assert run_git(folder, "status", "--porcelain") == ""
    assert run_git(folder, "config", "diff.context") == "0"


def test_the_commit_is_by_the_user(folder):
    project.make_repository(str(folder))
    assert run_git(folder, "log", "-1", "--format=%an %ae") == "Ada Lovelace ada@example.org"
    assert "name" not in run_git(folder, "config", "--local", "--list")


def test_without_a_name_of_the_user_the_repository_gets_one(folder, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    project.make_repository(str(folder))
    assert run_git(folder, "log", "-1", "--format=%an %ae") == "demo demo@localhost"


def test_the_commit_asks_for_no_passphrase(folder, sealed):
    with open(sealed / "gitconfig", "a") as file:
        file.write("[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /bin/false\n")
    project.make_repository(str(folder))
    assert "gpgsig" not in run_git(folder, "cat-file", "-p", "main")


def test_a_file_is_included_once_and_others_stay(project_repo):
    project.include_config(project_repo, "../.gitconfig-a")
    project.include_config(project_repo, "../.gitconfig-b")
    project.include_config(project_repo, "../.gitconfig-a")
    assert run_git(".", "config", "--get-all", "include.path").split() == [
        "../.gitconfig-a",
        "../.gitconfig-b",
    ]


def test_an_included_file_is_read_by_git(project_repo):
    Path(".shared").write_text("[track]\n\tmaxLogSize = 7\n")
    project.include_config(project_repo, "../.shared")
    assert run_git(".", "config", "track.maxLogSize") == "7"


def test_a_file_that_the_user_includes_globally_is_added_for_everybody_here(project_repo, sealed):
    with open(sealed / "gitconfig", "a") as file:
        file.write("[include]\n\tpath = ../.shared\n")
    project.include_config(project_repo, "../.shared")
    assert run_git(".", "config", "--local", "include.path") == "../.shared"


@pytest.fixture
def project_repo(tmp_path):
    run_git(tmp_path, "init", "-q")
    return git.find()
