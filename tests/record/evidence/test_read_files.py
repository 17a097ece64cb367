"""Files that a command read: outside the tree or ignored by git, with keyed digests only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import git, run_cli

import gittrack
from gittrack.record.evidence import read_files

READ = "print(*(open(path).read() for path in PATHS))\n"


@pytest.fixture
def outside(project, tmp_path_factory):
    """A folder outside the repository, with a file."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "conf.txt").write_text("1")
    return folder


def record(*command, paths=(), **more):
    """Record a run of a program that reads these paths; return the names of the files that it read."""
    Path("train.py").write_text(READ.replace("PATHS", repr([str(path) for path in paths])))
    git(".", "commit", "-qam", "train", "--allow-empty")
    done = run_cli("run", "--", *(command or (sys.executable, "train.py")), **more)
    assert done.code == 0, done.err
    return gittrack.get("@").env["read_files"]["names"]


def test_files_outside_and_ignored_files_are_known_but_not_code(project, outside):
    Path(".gitignore").write_text("local.cfg\n")
    Path("local.cfg").write_text("2")
    names = record(paths=[outside / "conf.txt", "local.cfg", "params.yaml"])
    assert sorted(names) == [str(outside / "conf.txt"), "local.cfg"]


def test_a_digest_shows_another_content(project, outside):
    path = outside / "conf.txt"
    first = record(paths=[path])[str(path)]
    assert record(paths=[path])[str(path)] == first
    path.write_text("3")
    assert record(paths=[path])[str(path)] != first


def test_a_python_behind_a_shell_and_a_named_file_are_known(project, outside):
    path = outside / "conf.txt"
    assert str(path) in record("sh", "-c", f"{sys.executable} train.py", paths=[path])
    assert str(path) in record("cat", str(path))
    assert str(path) in record("echo", f"--data={path}")


def test_a_module_outside_is_known(project, outside):
    (outside / "mine.py").write_text("X = 1\n")
    names = record(sys.executable, "-c", "import mine", env={"PYTHONPATH": str(outside)})
    assert str(outside / "mine.py") in names


def test_what_the_run_wrote_itself_is_left_out(project, outside):
    code = (
        f"open({str(outside / 'cache')!r}, 'w').write('1'); open({str(outside / 'cache')!r}).read()"
    )
    assert str(outside / "cache") not in record(sys.executable, "-c", code)


def test_inputs_and_outputs_are_left_out(project):
    Path(".gitignore").write_text("data\n")
    Path("data").write_text("1")
    Path("train.py").write_text("open('data').read()\n")
    git(".", "commit", "-qam", "train")
    assert run_cli("run", "--input", "data", "--", sys.executable, "train.py").code == 0
    assert list(gittrack.get("@").env["read_files"]["names"]) == []


def test_standard_input_from_a_file_is_known(project, outside):
    digests = []
    for path in (outside / "conf.txt", os.devnull, os.devnull):
        with open(path) as file:
            words = [sys.executable, "-m", "gittrack", "run", "--", "cat"]
            subprocess.run(words, stdin=file, capture_output=True, check=True)
        digests.append(gittrack.get("@").env["read_files"]["names"]["standard input"])
    assert digests[0] != digests[1] == digests[2]


def test_standard_input_needs_no_proc_and_keeps_its_position(tmp_path):
    (tmp_path / "in").write_text("first\nsecond\n")
    code = (
        "import os, hashlib; from gittrack.record.evidence import read_files\n"
        "read_files.open = None\n"  # macOS has no path of it that can be opened
        "os.read(0, 6); digest = read_files._standard_input().digest\n"
        "assert digest == hashlib.sha256(b'first\\nsecond\\n').digest()\n"
        "assert os.read(0, 6) == b'second'\n"
    )
    with open(tmp_path / "in") as file:
        subprocess.run([sys.executable, "-c", code], stdin=file, check=True)


def test_a_file_of_the_worktree_has_the_name_that_it_has_in_the_users_tree(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    tree = read_files.MappedTree("/tmp/w/a/b/tree", "/home/ada/p")
    assert tree.name("/tmp/w/a/b/tree/x") == "x"
    assert tree.name("/tmp/w/a/b/data/x") == "~/data/x"
    assert tree.name("/data/x") == "/data/x"
    assert tree.name("/home/ada/p/data/x") == "data/x"  # a path that stands in a script


def test_names_of_a_forged_run_are_only_text():
    assert read_files.names({"read_files": {"names": {"a\0b": "1", "c": "2"}}}) == ["c"]
    assert read_files.names({"read_files": [1]}) == []
    assert read_files.names({}) == []
