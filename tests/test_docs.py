"""Every verb has help and is in the README, and what the README shows runs."""

import ast
import re
import subprocess
import sys

import pytest
from helpers import ROOT, python, repo, run_cli

from gittrack.cli import main
from gittrack.launch import launcher

README = (ROOT / "README.md").read_text()
RUNNABLE = re.findall(r"<!-- runnable -->\n+```(\w+)\n(.*?)```", README, re.S)


@pytest.mark.parametrize("verb", main.VERBS)
def test_every_verb_has_help(verb):
    done = run_cli(verb, "-h")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: git track {verb}")
    assert all(len(line) <= 120 for line in done.out.splitlines())


@pytest.mark.parametrize("verb", main.VERBS)
def test_every_verb_is_in_the_readme_and_in_the_overview(verb):
    assert re.search(rf"git track {verb}\b", README), f"README.md does not mention {verb}"
    assert f"\n  {verb} " in main.overview()


@pytest.mark.parametrize("verb", main.VERBS)
def test_every_option_has_a_description(verb):
    for action in main.parser(verb)._actions:
        assert action.help or not action.option_strings, f"{verb} {action.option_strings}"


def test_the_design_names_every_folder():
    design = (ROOT / "DESIGN.md").read_text()
    rows = dict(re.findall(r"^\| `([\w/]+)/` \| (.*) \|$", design, re.M))
    del rows["artifacts"]  # of a run
    packages = {
        str(path.parent.relative_to(ROOT / "gittrack")): ast.get_docstring(
            ast.parse(path.read_text())
        ).splitlines()[0]
        for path in (ROOT / "gittrack").glob("*/**/__init__.py")
        if "_files" not in path.parts
    }
    assert rows == packages


def test_git_finds_the_verbs(project):
    bin_folder = project / "bin"
    bin_folder.mkdir()
    script = bin_folder / "git-track"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gittrack "$@"\n')
    script.chmod(0o755)
    line = f'PATH="{bin_folder}:$PATH" PYTHONPATH="{ROOT}" git track -h'
    shown = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert shown == main.overview()


def test_the_variables_of_a_command_are_told_in_its_help_and_in_the_readme():
    shown = run_cli("run", "-h").out
    for name in launcher.environment_names():
        assert name in shown
    for name in ("GITTRACK_PARAMS", "GITTRACK_METRICS", "GITTRACK_MODE"):
        assert name in README


@pytest.mark.skipif(not RUNNABLE, reason="the README has no block after <!-- runnable -->")
def test_the_readmes_code_runs():
    """All blocks, in order, in one repository."""
    project = repo()
    folder = project.parent / "bin"
    folder.mkdir()
    (folder / "git-track").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gittrack "$@"\n')
    (folder / "git-track").chmod(0o755)
    for language, code in RUNNABLE:
        if language == "python":
            done = python(code, cwd=project)
        else:
            line = f'export PATH="{folder}:$PATH" PYTHONPATH="{ROOT}"\n{code}'
            shell = subprocess.run(
                ["sh", "-e", "-c", line], cwd=project, capture_output=True, text=True, check=False
            )
            done = (shell.returncode, shell.stdout, shell.stderr)
        assert done[0] == 0, f"{code}\n{done[1]}{done[2]}"


def test_no_document_names_a_verb_that_is_not_there():
    for name in ("README.md", "DESIGN.md", "CONTRIBUTING.md"):
        path = ROOT / name
        text = path.read_text() if path.exists() else ""
        lines = re.findall(r"^(?:\$ )?git track ([a-z]+)\b", text, re.M)
        assert set(lines) <= set(main.VERBS), name


def test_the_table_of_facts_is_that_of_the_code():
    """After a change of a fact: python -m gittrack __facts, between the marks in README.md."""
    table = re.search(r"<!-- facts: .*? -->\n(.*?)<!-- /facts -->", README, re.S)[1]
    assert table == run_cli("__facts").out
