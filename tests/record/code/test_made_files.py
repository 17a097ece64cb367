"""record/code/made_files and redirects: new files that are not code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import python

from gittrack.core import layout
from gittrack.record.code import made_files


@pytest.fixture
def journal() -> Path:
    """A journal whose run began at the time 1000 seconds."""
    folder = Path("journal")
    folder.mkdir()
    (folder / layout.LOCK).touch()
    os.utime(folder / layout.LOCK, (1000, 1000))
    return folder


def made(path: str, at: float | None = None) -> str:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text("weights")
    if at is not None:
        os.utime(path, (at, at))
    return path


def test_a_file_that_was_made_during_the_run_is_not_code(journal):
    made_files.remember("common", journal, made("model.bin"))
    assert made_files.among("common", ".", ["model.bin", "train.py"]) == ["model.bin"]


def test_a_file_that_is_older_than_the_run_is_code(journal):
    made_files.remember("common", journal, made("script.py", at=999))
    assert made_files.among("common", ".", ["script.py"]) == []


def test_a_file_that_was_changed_after_it_was_logged_is_code(journal):
    made_files.remember("common", journal, made("model.bin"))
    os.utime("model.bin", (2e10, 2e10))
    assert made_files.among("common", ".", ["model.bin"]) == []


def test_a_logged_folder_covers_the_files_in_it(journal):
    made("plots/a.svg")
    made_files.remember("common", journal, "plots")
    assert made_files.among("common", ".", ["plots/a.svg", "plotsb"]) == ["plots/a.svg"]


def test_a_damaged_list_costs_only_its_bad_lines(journal):
    made_files.remember("common", journal, made("model.bin"))
    (cache,) = Path(layout.cache_dir("common")).iterdir()
    cache.write_bytes(b'\xff{"\n[1]\n' + cache.read_bytes() + b'["half')
    assert made_files.among("common", ".", ["model.bin"]) == ["model.bin"]


def test_a_list_that_cannot_be_written_does_not_raise(journal):
    Path("common").write_text("a file, not a folder")
    made_files.remember("common", journal, made("model.bin"))
    assert made_files.among("common", ".", ["model.bin"]) == []


def test_files_that_stdout_goes_to_are_found_by_identity():
    code = """
import os, sys
from gittrack.record.code import redirects
os.link("log", "same")
open("other", "w").close()
os.dup2(os.open("log", os.O_WRONLY), 1)
print(redirects.files(".", ["log", "same", "other", "missing"]), file=sys.stderr)
os.close(1), os.close(2)
sys.exit(redirects.files(".", ["log"]) != [])
"""
    Path("log").touch()
    done = python(code)
    assert (done.code, done.err) == (0, "['log', 'same']\n")
