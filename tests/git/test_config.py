"""git/config: git's listing of the configuration as a mapping, and the committer in it."""

import pytest
from helpers import git, repo

from gittrack.core.settings import sign
from gittrack.git.config import identity, parse_config


@pytest.mark.parametrize(
    ("listing", "config"),
    [
        (b"", {}),
        (b"user.name\nAda\0", {"user.name": "Ada"}),
        (b"user.name\nAda\0user.name\nBob\0", {"user.name": "Bob"}),
        (b"core.autoCRLF\ntrue\0", {"core.autocrlf": "true"}),
        (b"remote.Big.URL\nx\0", {"remote.Big.url": "x"}),
        (b"remote.a.b.url\nx\0", {"remote.a.b.url": "x"}),
        (b"alias.x\nline 1\nline 2\0", {"alias.x": "line 1\nline 2"}),
        (b"a.b\n\0", {"a.b": ""}),
        (b"a.b\0c.d\nx\0", {"a.b": "true", "c.d": "x"}),
        (b"a.b\nx=y.z\0", {"a.b": "x=y.z"}),
        (b"a.b\n\xff\0", {"a.b": "\udcff"}),
    ],
)
def test_each_entry_is_a_key_and_its_last_value(listing: bytes, config: dict[str, str]) -> None:
    assert parse_config(listing) == config


def test_the_listing_of_git_is_parsed() -> None:
    path = repo()
    git(path, "config", "gittrack.maxArtifactSize", "5")
    git(path, "config", "remote.Origin.fetch", "+refs/*:refs/*")
    config = parse_config(git(path, "config", "--list", "-z").encode())
    assert config["gittrack.maxartifactsize"] == "5"
    assert config["remote.Origin.fetch"] == "+refs/*:refs/*"
    assert identity(config) == "Ada Lovelace <ada@example.org>"


def test_a_setting_without_a_value_is_true_as_for_git() -> None:
    path = repo()
    with (path / ".git/config").open("a") as file:
        file.write("[track]\n\tsign\n")
    assert git(path, "config", "--type=bool", "track.sign") == "true"
    assert sign(parse_config(git(path, "config", "--list", "-z").encode()))


@pytest.mark.parametrize(
    ("config", "person"),
    [
        ({}, None),
        ({"user.name": "", "user.email": ""}, None),
        ({"user.name": "Ada"}, "Ada <>"),
        ({"user.email": "a@b"}, "a@b <a@b>"),
        ({"user.name": "A <x>\n\0B", "user.email": "<a@b>"}, "A xB <a@b>"),
    ],
)
def test_identity_has_the_form_of_git(config: dict[str, str], person: str | None) -> None:
    assert identity(config) == person


def test_variables_of_git_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Eve")
    assert identity({"user.name": "Ada", "user.email": "a@b"}) == "Eve <a@b>"
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "e@f")
    assert identity({}) == "Eve <e@f>"
