"""large/choice: where large content goes to is what the user configured, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.large import choice


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    run_git(tmp_path, "init", "-q", "--bare", "hub.git")
    run_git(tmp_path, "init", "-q", "work")
    return git.find(tmp_path / "work")


def configure(repo: git.Repo, key: str, value: str) -> None:
    run_git(Path(repo.start), "config", key, value)


@pytest.mark.parametrize("form", ["{}", "file://{}", "file://localhost{}"])
def test_a_folder_can_be_a_path_or_a_url(repo, tmp_path, form):
    configure(repo, "track.store", form.format(tmp_path / "team share"))
    store = choice.of_repo(repo)
    assert (store.name, store.address) == (str(tmp_path / "team share"),) * 2


@pytest.mark.parametrize("value", ["team/store", "file://server/share", "."])
def test_a_folder_that_is_not_clear_is_refused(repo, value):
    configure(repo, "track.store", value)
    with pytest.raises(TrackError) as caught:
        choice.of_repo(repo)
    assert "git config track.store" in caught.value.hint


@pytest.mark.parametrize("form", ["{}/hub.git", "{}/hub", "file://{}/hub.git", "../hub.git"])
def test_a_remote_on_this_machine_keeps_objects_of_git_lfs(repo, tmp_path, form):
    configure(repo, "remote.origin.url", form.format(tmp_path))
    store = choice.of_repo(repo)
    assert store.name == "origin"
    assert Path(store.address).resolve() == tmp_path / "hub.git/lfs/objects"


def test_the_store_wins_over_the_remote(repo, tmp_path):
    configure(repo, "remote.origin.url", str(tmp_path / "hub.git"))
    configure(repo, "track.store", "/mnt/team")
    assert choice.of_repo(repo).address == "/mnt/team"


def test_the_remote_is_the_one_of_a_push(repo, tmp_path):
    with pytest.raises(TrackError, match="neither a remote nor a store"):
        choice.of_repo(repo)
    run_git(tmp_path, "init", "-q", "--bare", "other.git")
    configure(repo, "remote.lab.url", str(tmp_path / "hub.git"))
    assert choice.of_repo(repo).name == "lab"
    configure(repo, "remote.home.url", str(tmp_path / "other.git"))
    with pytest.raises(TrackError, match="neither a remote nor a store"):
        choice.of_repo(repo)
    configure(repo, "track.remote", "home")
    assert choice.of_repo(repo).name == "home"
    configure(repo, "remote.home.pushurl", str(tmp_path / "hub.git"))
    addresses = [choice.of_repo(repo, "home", pushing=p).address for p in (False, True)]
    assert [Path(address).parts[-3] for address in addresses] == ["other.git", "hub.git"]
