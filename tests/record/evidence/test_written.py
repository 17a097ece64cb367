"""What a command wrote below the work tree is known without --output."""

import hashlib
import os
import sys
import zipfile
from pathlib import Path

import pytest
from helpers import repo, run_cli

import gittrack
from gittrack.record.evidence import written


@pytest.fixture(autouse=True)
def project(monkeypatch):
    monkeypatch.chdir(repo("echo out > .gitignore; mkdir out; echo old > out/old"))


def run(script: str, *options: str):
    """Record a shell script; return {path: entry} of what it wrote, the problem, and stderr."""
    done = run_cli("run", "-n", "own", *options, "--", "sh", "-c", script)
    assert done.code == 0, done.err
    content = gittrack.get("own").written
    return {entry["path"]: entry for entry in content["files"]}, content.get("problem"), done.err


def look(root: str = ".", began_ns: int = 0) -> written.Written:
    return written.look(root, began_ns)


def test_new_and_changed_files_are_listed_with_their_digests():
    files, problem, _ = run("echo 1 > out/new; echo 2 > new; echo 3 >> train.py")
    assert list(files) == ["new", "out/new", "train.py"]
    digest = hashlib.sha256(b"1\n").hexdigest()
    assert files["out/new"] == {"path": "out/new", "size": 2, "sha256": digest}
    assert problem is None


def test_a_command_that_writes_nothing_has_an_empty_list():
    files, problem, _ = run("true")
    assert (files, problem) == ({}, None)


def test_outputs_inputs_and_the_console_are_not_listed():
    files, _, _ = run("echo 1 > out/m; touch out/old", "--output", "out/m", "--input", "out/old")
    assert files == {}
    launcher = f"{sys.executable} -m gittrack run -n console -- sh -c 'echo 1; echo 2 > out/n'"
    assert os.system(f"{launcher} > console.txt") == 0
    assert [item["path"] for item in gittrack.get("console").written["files"]] == ["out/n"]


def test_environments_caches_and_git_are_not_looked_at():
    for folder in ("venv", "a/__pycache__", "node_modules", "nested/.git"):
        os.makedirs(folder)
        Path(folder, "x").write_text("1")
    Path("venv/pyvenv.cfg").touch()
    Path("a/x").write_text("1")
    paths = [entry["path"] for entry in look().files]
    assert paths == [".gitignore", "a/x", "out/old", "params.yaml", "train.py"]


def test_a_link_is_listed_by_its_text_and_not_followed():
    os.symlink("/", "root")
    (entry,) = (entry for entry in look().files if entry["path"] == "root")
    assert (entry["link"], entry["size"]) == ("/", 1)


def test_an_archive_has_the_digest_of_its_content_too():
    digests = set()
    for year in (2000, 2001):
        with zipfile.ZipFile("a.npz", "w") as archive:
            archive.writestr(zipfile.ZipInfo("x", (year, 1, 1, 0, 0, 0)), "1")
        (entry,) = (entry for entry in look().files if entry["path"] == "a.npz")
        digests.add((entry["canonical"], entry["sha256"] == entry["canonical"]))
    assert len(digests) == 1
    assert not digests.pop()[1]


@pytest.mark.parametrize(
    ("name", "value"), [("MAX_FILES", 2), ("MAX_BYTES", 3), ("MAX_ENTRIES", 3)]
)
def test_too_much_is_not_hashed_and_reported(name, value, monkeypatch):
    monkeypatch.setattr(written, name, value)
    result = look()
    assert result.files == ()
    assert "more than" in result.problem


def test_nothing_older_than_the_run_is_listed():
    newest = max(os.lstat(path).st_ctime_ns for path in ("train.py", "out/old", ".gitignore"))
    assert look(began_ns=newest + 1).files == ()


def test_another_run_in_the_same_folder_is_no_evidence():
    other = f"env -u GITTRACK_RUN -u GITTRACK_JOURNAL {sys.executable} -m gittrack run -- true"
    files, problem, err = run(f"{other}; echo 2 > out/y")
    assert files == {}
    assert "another run was going on in the same folder" in (problem or "")
    assert "another run was going on in the same folder" in err


def test_the_runs_of_the_command_itself_are_its_own():
    code = (
        "import gittrack\n"
        "for _ in range(2):\n    with gittrack.init():\n        open('out/x', 'w').write('1')\n"
    )
    Path("two.py").write_text(code)
    files, problem, _ = run(f"{sys.executable} two.py")
    assert (list(files), problem) == (["out/x"], None)


def test_a_run_before_does_not_disturb():
    assert run_cli("run", "--", "sh", "-c", "echo 1 > out/a").code == 0
    files, problem, _ = run("echo 1 > out/b")
    assert (list(files), problem) == (["out/b"], None)


def test_a_run_of_the_python_api_alone_has_no_list():
    with gittrack.init() as own:
        Path("out/z").write_text("1")
    assert gittrack.get(own.id).written == {}
