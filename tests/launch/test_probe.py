"""launch/probe: which interpreter runs a command, and what it answers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from gittrack.launch.probe import Imports, Probe, interpreter_of, interpreters_of


def script(name: str, first_line: str) -> str:
    path = Path(name).absolute()
    path.write_text(f"{first_line}\n")
    path.chmod(0o755)
    return str(path)


def test_a_python_is_its_own_interpreter():
    assert interpreter_of([sys.executable, "train.py"], {}) == sys.executable


@pytest.mark.parametrize("line", ["#!{python}", "#!{python} -u"])
def test_a_script_names_its_interpreter(line):
    path = script("train", line.format(python=sys.executable))
    assert interpreter_of([path], {}) == sys.executable


def test_env_finds_the_interpreter_on_the_path_of_the_command():
    Path("bin").mkdir()
    Path("bin/python3").symlink_to(sys.executable)
    path = script("train", "#!/usr/bin/env python3")
    folder = str(Path("bin").absolute())
    assert interpreter_of([path], {"PATH": folder}) == os.path.join(folder, "python3")


@pytest.mark.parametrize(
    "line", ["#!/bin/sh", "#!", "", "#!/usr/bin/env", "#!/usr/bin/env no-such-x"]
)
def test_other_commands_have_no_python(line):
    assert interpreter_of([script("tool", line)], {}) is None


def test_a_command_that_does_not_exist_has_no_python():
    assert interpreter_of(["no-such-command"], {}) is None


def test_the_interpreter_reports_its_version_and_the_named_variables():
    probe = Probe([sys.executable], {**os.environ, "MINE": "7"}, ["MINE"], "cache")
    facts = probe.facts()
    assert facts["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["variables"]["MINE"] == "7"


@pytest.mark.parametrize("line", ["#!/bin/sh", "#!./python-that-fails"])
def test_without_an_answer_only_the_machine_is_known(line):
    script("python-that-fails", "#!/bin/false")
    facts = Probe([script("tool", line)], dict(os.environ), [], "cache").facts()
    assert facts["platform"]["system"] == os.uname().sysname
    assert {"python", "packages", "blas"}.isdisjoint(facts)


def test_imports_are_the_folders_of_the_interpreter():
    folders = Imports([sys.executable]).folders()
    assert os.path.dirname(os.__file__) in folders
    assert all(os.path.isabs(folder) for folder in folders)
    assert interpreter_of(["sh"], {}) is None


def test_a_wrapper_is_asked_for_the_pythons_that_it_can_reach(monkeypatch):
    Path("tool").mkdir()
    Path("tool/python3").symlink_to(sys.executable)
    Path(".venv/bin").mkdir(parents=True)
    Path(".venv/pyvenv.cfg").touch()
    Path(".venv/bin/python").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(Path("tool").absolute()), prepend=":")
    pythons = interpreters_of(["sh", "-c", "cd x && .venv/bin/python t.py"], os.getcwd())
    assert {".venv/bin/python", "tool/python3"} <= {os.path.relpath(path) for path in pythons}
