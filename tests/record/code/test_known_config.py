"""record/code/known_config: git is asked for its configuration again as soon as it may be another one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import repo as make_repo

from gittrack import git
from gittrack.record.code.known_config import ConfigReading


@pytest.fixture
def place(tmp_path, monkeypatch) -> git.Repo:
    """A repository whose configuration counts as settled at once."""
    monkeypatch.setattr("gittrack.record.code.known_config._SETTLED_NS", -(10**18))
    return git.find(make_repo(path=tmp_path / "place"))


def calls(place: git.Repo, monkeypatch) -> list[str]:
    """Read the configuration; return what git was asked."""
    asked: list[str] = []
    ask = git.Repo.config
    with monkeypatch.context() as patch:
        patch.setattr(git.Repo, "config", lambda repo: asked.append("config") or ask(repo))
        assert ConfigReading(place).result()["user.name"]
    return asked


def test_git_is_asked_once(place, monkeypatch):
    assert [calls(place, monkeypatch) for _ in range(3)] == [["config"], [], []]


@pytest.mark.parametrize("change", ["config", "global", "variable", "global file"])
def test_git_is_asked_again_after_a_change(place, monkeypatch, change, tmp_path):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "0")
    calls(place, monkeypatch)
    if change == "config":
        run_git(place.start, "config", "track.experiment", "other")
    elif change == "global":
        with Path(os.environ["GIT_CONFIG_GLOBAL"]).open("a") as file:
            file.write("[track]\n\tsign = false\n")
    elif change == "variable":
        monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'track.experiment=other'")
    else:
        (tmp_path / "global").write_text("[user]\n\tname = Other\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    assert calls(place, monkeypatch) == ["config"]
    assert calls(place, monkeypatch) == []


def test_a_configuration_with_further_files_is_read_each_time(place, monkeypatch):
    run_git(place.start, "config", "include.path", "more")
    assert [calls(place, monkeypatch) for _ in range(2)] == [["config"], ["config"]]


def test_a_file_that_has_just_changed_is_read_again(place, monkeypatch):
    monkeypatch.setattr("gittrack.record.code.known_config._SETTLED_NS", 2 * 10**9)
    run_git(place.start, "config", "track.experiment", "other")
    assert [calls(place, monkeypatch) for _ in range(2)] == [["config"], ["config"]]


def test_a_file_that_changed_after_a_call_from_ahead_is_read_again(place, monkeypatch):
    monkeypatch.setattr("gittrack.record.code.known_config._SETTLED_NS", 0)
    call = place.config()
    call.began -= 60  # seconds
    git.keep_ahead(place.start, git.CONFIG, call)
    run_git(place.start, "config", "track.experiment", "later")
    ConfigReading(place).result()
    assert ConfigReading(place).result()["track.experiment"] == "later"
