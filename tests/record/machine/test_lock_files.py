"""record/machine/lock_files: a run keeps the lock files of packages that hold for its folder."""

import hashlib
import os
import sys
from pathlib import Path

import pytest
from helpers import git, record, run_cli

import gittrack
from gittrack.record.machine import lock_files


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        *(("uv.lock", "uv"), ("a/poetry.lock", "poetry"), ("pixi.lock", "pixi")),
        *(("requirements.txt", "pip"), ("requirements-dev.txt", "pip")),
        *(("environment.yml", "conda"), ("conda-lock.yml", "conda-lock"), ("my.lock", None)),
    ],
)
def test_lock_files_are_known_by_their_names(name, tool):
    assert lock_files.tool_of(name) == tool


def test_those_of_the_folder_and_of_the_folders_above_are_kept(tmp_path):
    os.makedirs("root/a/b")
    os.makedirs("root/other")
    for path in ("uv.lock", "a/requirements.txt", "other/uv.lock", "a/b/train.py"):
        Path("root", path).write_text(path)
    Path("root/a/pixi.lock").mkdir()
    lock_files.keep("root", "a/b/", tmp_path)
    assert lock_files.copies(tmp_path) == {
        "a/requirements.txt": b"a/requirements.txt",
        "uv.lock": b"uv.lock",
    }
    sha256 = hashlib.sha256(b"uv.lock").hexdigest()
    facts = lock_files.facts(tmp_path)
    assert facts["locks"][1] == {"path": "uv.lock", "tool": "uv", "sha256": sha256}


def test_a_token_in_a_url_is_not_kept(tmp_path):
    Path("requirements.txt").write_text(
        "--index-url https://me:s3cr3tt0ken@example.org/simple\nsix\n"
    )
    lock_files.keep(".", "", tmp_path)
    content = lock_files.copies(tmp_path)["requirements.txt"]
    assert b"s3cr3tt0ken" not in content
    assert content.endswith(b"\nsix\n")


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("uv.lock", b"git+https://s3cr3t@h/x?rev=1", b"git+https://***@h/x?rev=1"),
        ("poetry.lock", b'url = "https://h/x?token=s3cr3t"', b'url = "https://h/x?token=***"'),
        ("conda-lock.yml", b"url: https://h/t/s3cr3t/c/x.conda", b"url: https://h/t/***/c/x.conda"),
        ("uv.lock", b"https://h/x.whl \xff --token abc", b"https://h/x.whl \xff --token abc"),
    ],
)
def test_no_tool_brings_a_secret_of_a_url_into_a_run(name, line, expected):
    assert lock_files.redacted(name, line) == expected


def test_the_copies_can_be_read_with_git(project):
    """Of a file that git ignores; from the launcher and from the Python API."""
    Path(".gitignore").write_text("uv.lock\n")
    Path("uv.lock").write_text("version = 1\n")
    assert run_cli("run", "-n", "a", "--", sys.executable, "-c", "pass").code == 0
    record("b")
    for name in ("a", "b"):
        run = gittrack.get(name)
        assert git(".", "show", f"{run.ref}:locks/uv.lock") == "version = 1"
        assert [entry["path"] for entry in run.env["locks"]] == ["uv.lock"]
