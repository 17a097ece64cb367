"""git track files, cat, get: what is in a run, printed, and brought back."""

import json
import os
from pathlib import Path

import pytest
from helpers import ROOT, git, look, on_terminal, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def kept(project):
    """A run with a file, a program, a link and a folder among its artifacts."""
    Path("out/deep").mkdir(parents=True)
    Path("out/deep/a.bin").write_bytes(bytes(range(256)))
    Path("out/b.txt").write_text("b\n")
    os.symlink("b.txt", "out/link")
    Path("tool").write_text("#!/bin/sh\n")
    os.chmod("tool", 0o755)
    with gittrack.init(name="a", config={"lr": 1}) as run:
        run.log({"loss": 0.5})
        run.log_artifact("out")
        run.log_artifact("tool")
    return gittrack.get("a")


def test_the_list(kept):
    found = json.loads(look("files", "a", "--json").out)
    listed = {item["path"]: item["size"] for item in found}
    assert listed["artifacts/out/deep/a.bin"] == 256
    assert {"run.yaml", "params.yaml", "metrics.csv", "artifacts/tool"} <= set(listed)
    assert "256 B  artifacts/out/deep/a.bin\n" in look("files", "a").out
    assert set(listed) == set(git(".", "ls-tree", "-r", "--name-only", kept.ref).splitlines())


def test_cat_is_byte_for_byte(kept):
    assert (
        run_cli("cat", "a", "params.yaml").out == git(".", "show", f"{kept.ref}:params.yaml") + "\n"
    )
    binary = run_cli("cat", "a", "out/deep/a.bin").out.encode(errors="surrogateescape")
    assert binary == bytes(range(256))
    done = run_cli("cat", "a", "parms.yaml")
    assert done.err.startswith(
        f"error: the run {kept.id} has no file 'parms.yaml'\nhint: did you mean params.yaml"
    )


def test_cat_on_a_terminal_steers_nothing(kept, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("evil").write_text("red: \x1b[31m\n")
    with gittrack.init(name="b") as run:
        run.log_artifact("evil")
        run.log_artifact("out/deep/a.bin")
    assert on_terminal("cat", "b", "evil")[0] == "red: \\x1b[31m\r\n"
    shown, code = on_terminal("cat", "b", "out/deep/a.bin")
    assert code == 1
    assert "error: out/deep/a.bin is not text" in shown


def test_get_a_file_a_name_a_folder(kept):
    os.mkdir("here")
    assert look("get", "a", "tool", "-o", "here").code == 0
    assert os.access("here/tool", os.X_OK)
    assert look("get", "a", "out/b.txt", "-o", "copy.txt").out == "copy.txt  2 B\n"
    assert look("get", "a", "tool", "-o", "new/folder/").out.startswith("new/folder/tool  ")
    assert look("get", "a", "metrics.csv").out.startswith("metrics.csv")
    assert look("get", "a", "out", "-o", "here").code == 0
    assert Path("here/out/deep/a.bin").read_bytes() == bytes(range(256))
    assert os.readlink("here/out/link") == "b.txt"


def test_get_writes_over_nothing(kept):
    Path("metrics.csv").write_text("mine\n")
    done = look("get", "a", "metrics.csv")
    assert (done.code, done.err) == (
        *(1,),
        "error: metrics.csv exists already and is a different file\nhint: overwrite it: --force\n",
    )
    assert Path("metrics.csv").read_text() == "mine\n"
    assert look("get", "a", "metrics.csv", "--force").code == 0
    assert "loss" in Path("metrics.csv").read_text()
    assert look("get", "a", "metrics.csv").code == 0  # the same already


def test_get_goes_through_no_link(kept):
    os.mkdir("elsewhere")
    os.mkdir("here")
    os.symlink("../elsewhere", "here/out")
    done = look("get", "a", "out", "-o", "here")
    assert (done.code, "would leave its folder" in done.err) == (1, True)
    assert os.listdir("elsewhere") == []
    os.symlink("elsewhere/file", "b.txt")
    done = look("get", "a", "out/b.txt")
    assert (done.code, os.listdir("elsewhere")) == (1, [])


def test_get_checks_digests(kept):
    tree = git(".", "ls-tree", "-r", kept.ref).replace("\t", " ").split()
    blob = git(".", "rev-parse", f"{kept.ref}:artifacts/tool")
    other = git(".", "rev-parse", f"{kept.ref}:params.yaml")
    git(".", "read-tree", "--index-output=.git/other", kept.ref)
    env = {"GIT_INDEX_FILE": ".git/other"}
    script = f"git update-index --cacheinfo 100755,{other},artifacts/tool && git write-tree"
    assert blob in tree
    written = os.popen(f"GIT_INDEX_FILE={env['GIT_INDEX_FILE']} sh -c '{script}'").read().strip()
    message = git(".", "log", "-1", "--format=%B", kept.ref)
    git(".", "update-ref", kept.ref, git(".", "commit-tree", written, "-m", message))
    done = look("get", "a", "tool", "-o", "copy")
    assert (done.code, "the content of tool is not the recorded one" in done.err) == (
        1,
        True,
    )
    assert not os.path.exists("copy")


def test_a_run_that_is_going_on(project):
    with gittrack.init(name="live", config={"lr": 1}) as run:
        run.log({"loss": 0.5})
        run.log_artifact("train.py")
        assert "artifacts/train.py" in look("files", "live").out
        assert "0,loss,0.5," in look("cat", "live", "metrics.csv").out
        assert look("cat", "live", "train.py").out == 'print("training")\n'


@pytest.mark.parametrize("path", ["nope", "../x", "/etc/passwd", ".git/config", ""])
def test_paths_that_are_none(kept, path):
    for verb in ("cat", "get"):
        done = look(verb, "a", path)
        assert done.code == 1
        assert done.err.startswith("error: ")
        assert "hint: " in done.err
