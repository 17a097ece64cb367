"""The address with its secret reaches a browser by a file, not by a command line."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import helpers

from gittrack.cli.commands import _browser

ADDRESS = "http://127.0.0.1:7117/?token=abc&x='\"<"


def path_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


def test_only_its_owner_can_read_the_file_and_it_goes_at_the_end(tmp_path):
    folder = tmp_path / "a b" / "gittrack"
    with _browser.redirection(ADDRESS, str(folder)) as address:
        file = path_of(address)
        assert file.parent == folder
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = file.read_text()
        assert 'content="0;url=http://127.0.0.1:7117/?token=abc&amp;x=&#x27;&quot;&lt;"' in content
    assert list(folder.iterdir()) == []


def test_files_of_killed_servers_are_removed(tmp_path):
    old, new = (tmp_path / f"page-{name}.html" for name in ("old", "new"))
    for file in (old, new):
        file.write_text("secret")
    os.utime(old, (0, 0))
    with _browser.redirection(ADDRESS, str(tmp_path)):
        assert not old.exists()
    assert list(tmp_path.iterdir()) == [new]  # of a server that has just begun


def test_the_file_is_elsewhere_if_the_repository_cannot_be_written(tmp_path):
    (tmp_path / "gittrack").write_text("no folder")
    with _browser.redirection(ADDRESS, str(tmp_path / "gittrack")) as address:
        file = path_of(address)
        assert file.is_file()
    assert not file.exists()


def test_the_command_line_of_the_browser_has_no_secret(project, tmp_path):
    seen = tmp_path / "seen"
    os.mkfifo(seen)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" {tmp_path}/page\necho "$1" > {seen}\n')
    browser.chmod(0o755)
    env = {"BROWSER": f"{browser} %s", "DISPLAY": ":0", "SSH_CONNECTION": ""}
    process = helpers.start(sys.executable, "-m", "gittrack", "ui", "--port", "0", env=env)
    token = process.stdout.readline().partition("token=")[2].strip()
    argument = seen.read_text().strip()
    assert argument.startswith(f"file://{project}/.git/gittrack/page-")
    assert len(token) == 48
    assert token not in argument
    assert f"/?token={token}" in (tmp_path / "page").read_text()
    process.send_signal(2)
    process.communicate()
    assert not path_of(argument).exists()
