"""disk/programs: what a command line means by the name of a program."""

from __future__ import annotations

import os
import shutil

import pytest

from gittrack.disk.programs import remembered, which


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Three folders of PATH: a folder ``tool``, a file without permission, and the program."""
    for number in (1, 2, 3):
        (tmp_path / str(number)).mkdir()
    (tmp_path / "1" / "tool").mkdir()
    for number, mode in ((2, 0o600), (3, 0o700)):
        (tmp_path / str(number) / "tool").write_text("#!/bin/sh\n")
        (tmp_path / str(number) / "tool").chmod(mode)
    monkeypatch.chdir(tmp_path)
    return os.pathsep.join(str(tmp_path / str(number)) for number in (1, 2, 3))


@pytest.mark.parametrize(
    "program",
    ["tool", "absent", "3/tool", "./3/tool", "2/tool", "1/tool", "sh", "/bin/sh", "", "."],
)
@pytest.mark.parametrize("path", [None, "", "3", ":3", "absent::3"])
def test_it_is_the_program_that_the_standard_library_finds(folders, program, path):
    assert which(program, path) == shutil.which(program, path=path)
    assert which(program, folders) == shutil.which(program, path=folders)


def test_without_a_variable_path_the_folders_of_the_system_count(monkeypatch):
    monkeypatch.delenv("PATH")
    assert which("sh") == shutil.which("sh")
    monkeypatch.setenv("PATH", "")
    assert which("sh") == shutil.which("sh") is None


def test_a_program_is_looked_for_once_for_each_path(folders, monkeypatch):
    monkeypatch.setenv("PATH", folders)
    first = which("tool")
    assert remembered("tool") == remembered("tool") == first
    os.unlink("3/tool")
    assert remembered("tool") == first
    monkeypatch.setenv("PATH", "2")
    assert remembered("tool") is None


def test_a_program_of_the_current_folder_is_looked_for_each_time(folders, monkeypatch):
    monkeypatch.setenv("PATH", ".")
    assert remembered("tool") is None
    os.chdir("3")
    assert remembered("tool") == "./tool"
    os.chdir("..")
    assert remembered("tool") is None
