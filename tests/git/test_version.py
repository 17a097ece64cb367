"""git/version: an old git is refused, and a git that is new enough is remembered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.git import version

MEMORY = "cache/git-version"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a git of some version first on PATH; it counts how often it is started."""

    def make(number: str, folder: str = "bin") -> Path:
        path = tmp_path / folder / "git"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\necho start >> starts\necho 'git version {number}'\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
        return path

    return make


def starts() -> int:
    path = Path("starts")
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.mark.parametrize(
    "number", ["2.36.0", "2.39.5 (Apple Git-154)", "2.50", "3.0.0", "2.36.0.rc1"]
)
def test_a_new_git_is_fine(install, number):
    install(number)
    version.check()


@pytest.mark.parametrize("number", ["2.35.9", "1.8.3.1", "2.4.11", "0"])
def test_an_old_git_is_refused_with_its_version(install, number):
    install(number)
    with pytest.raises(TrackError, match="is too old") as caught:
        version.check(MEMORY)
    assert caught.value.message == f"git {'.'.join(number.split('.')[:3])} is too old"
    assert caught.value.hint == "install git 2.36 or later"
    assert not Path(MEMORY).exists()


def test_a_git_that_is_new_enough_is_started_once(install):
    install("2.40.0")
    for _ in range(3):
        version.check(MEMORY)
    assert starts() == 1


def test_without_a_memory_each_check_asks(install):
    install("2.40.0")
    version.check()
    version.check()
    assert starts() == 2


def test_another_git_is_checked_again(install):
    path = install("2.40.0")
    version.check(MEMORY)
    path.write_text(path.read_text().replace("2.40.0", "2.35.0"))
    os.utime(path, ns=(0, 1))
    with pytest.raises(TrackError):
        version.check(MEMORY)


def test_a_git_that_comes_first_on_path_now_is_checked(install):
    install("2.40.0")
    version.check(MEMORY)
    install("2.35.0", "new")
    with pytest.raises(TrackError):
        version.check(MEMORY)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff"])
def test_a_damaged_memory_is_replaced(install, content):
    install("2.40.0")
    Path(MEMORY).parent.mkdir()
    Path(MEMORY).write_bytes(content)
    version.check(MEMORY)
    version.check(MEMORY)
    assert starts() == 1


def test_a_memory_that_cannot_be_written_is_no_error(install):
    install("2.40.0")
    Path("cache").touch()
    version.check(MEMORY)


def test_a_folder_named_git_on_path_is_not_the_program(install, tmp_path, monkeypatch):
    path = install("2.40.0")
    home = tmp_path / "home"
    (home / "git").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{home}:{os.environ['PATH']}")
    assert str(path).encode() in version._program()


def test_without_git_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert version._program() == b""
    with pytest.raises(TrackError, match="git is not installed"):
        version.check(MEMORY)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'xcrun: error: no tools' >&2; exit 1", "xcrun: error: no tools"),
        ("exit 3", "the exit status of git version is 3"),
    ],
)
@pytest.mark.parametrize("call", [version.check, git.find])
def test_a_git_that_does_not_run_is_an_error(install, script, reason, call):
    install("2.40.0").write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(git.GitError) as caught:
        call()
    assert caught.value.message == f"git does not run: {reason}"
    assert caught.value.hint == "check it: git version"


def test_the_git_of_this_machine_is_new_enough():
    version.check(MEMORY)
    assert git.installed_version() >= git.OLDEST
