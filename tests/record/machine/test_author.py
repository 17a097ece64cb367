"""record/machine/author: git's identity is the author, otherwise the user of this machine."""

from __future__ import annotations

import os
import pwd

import pytest

from gittrack.record.machine.author import author, user

HOST = os.uname().nodename


@pytest.fixture(autouse=True)
def nobody(monkeypatch):
    """Begin without a user in the environment."""
    for name in ("USER", "LOGNAME"):
        monkeypatch.delenv(name, raising=False)


def test_the_identity_of_git_is_the_author(monkeypatch):
    monkeypatch.setenv("USER", "root")
    assert author({"user.name": "Ada", "user.email": "ada@e.org"}) == "Ada <ada@e.org>"


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("ada", f"ada <ada@{HOST}>"),
        ("a<b>\r\nc\0d", f"abcd <abcd@{HOST}>"),
        ("<>", f"unknown <unknown@{HOST}>"),
    ],
)
def test_without_it_the_user_is_written_in_the_form_of_git(monkeypatch, name, person):
    monkeypatch.setattr("gittrack.record.machine.author.user", lambda: name)
    assert author({}) == person


def test_the_user_is_that_of_the_environment(monkeypatch):
    monkeypatch.setenv("LOGNAME", "second")
    assert user() == "second"
    monkeypatch.setenv("USER", "first")
    assert user() == "first"
    monkeypatch.setenv("USER", "")
    assert user() == "second"


def test_the_user_is_otherwise_that_of_the_system():
    assert user() == pwd.getpwuid(os.getuid()).pw_name


def test_a_user_without_an_entry_in_the_system_is_a_number(monkeypatch):
    def missing(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", missing)
    assert user() == str(os.getuid())
