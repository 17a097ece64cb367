"""reproduce/redirect: which paths a rerun replaces in words and in variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gittrack.reproduce.redirect import import_folders, outside_scripts, to_worktree

REPLACE = to_worktree("/home/ada/net", "/tmp/copy", [("/data/set", "/tmp/set")])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("/home/ada/net/train.py", "/tmp/copy/train.py"),
        ("--data=/home/ada/net/data", "--data=/tmp/copy/data"),
        ("cd /home/ada/net && python t.py", "cd /tmp/copy && python t.py"),
        ("cd '/home/ada/net';ls", "cd '/tmp/copy';ls"),
        ("/data/set/x", "/tmp/set/x"),
        ("/home/ada/network/train.py", "/home/ada/network/train.py"),
        ("/home/ada/net.old", "/home/ada/net.old"),
        ("/mnt/home/ada/net/x", "/mnt/home/ada/net/x"),
        ("/home/ada/net/.git/config", "/home/ada/net/.git/config"),
        ("train.py", "train.py"),
        ("/home/ada/net/../P/t.py", "/home/ada/net/../P/t.py"),
        ("/home/ada/net/a/../t.py", "/tmp/copy/a/../t.py"),
    ],
)
def test_words(word, expected):
    assert REPLACE.text(word) == expected


def test_scripts_outside_stay_those_of_the_user(scratch):
    os.makedirs("copy/tree")
    for path in ("user/P/t.py", "user/data/x.csv", "user/both/t.py", "copy/both/t.py"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).touch()
    here = os.getcwd()
    words = ["sh", "-c", "python ../P/t.py ../data/x.csv ../gone.py", "../both/t.py"]
    pairs = outside_scripts(words, f"{here}/copy/tree", f"{here}/user/tree")
    assert pairs == [("../P/t.py", f"{here}/user/P/t.py")]
    replace = to_worktree(f"{here}/user/tree", f"{here}/copy/tree", pairs)
    assert replace.text("python ../P/t.py") == f"python {here}/user/P/t.py"


def test_a_link_to_the_tree_is_its_tree(scratch):
    os.makedirs("tree/src")
    os.symlink("tree", "alias")
    here = os.getcwd()
    assert to_worktree(f"{here}/tree", "/copy").text(f"{here}/alias/src/x") == "/copy/src/x"


def test_variables(scratch):
    here = os.getcwd()
    os.makedirs("copy/out")
    replace = to_worktree(f"{here}/tree", f"{here}/copy")
    variables = {
        "PYTHONPATH": f"/lib:{here}/tree/gone",
        "OUT": f"{here}/tree/out/model.bin",
        "CACHE": f"{here}/tree/.cache/hub/x",
        "HOME": f"{here}/tree",
        "LANG": "C",
    }
    assert replace.variables(variables) == {
        "PYTHONPATH": f"/lib:{here}/copy/gone",
        "OUT": f"{here}/copy/out/model.bin",
    }


def test_imports_come_from_the_folders_that_the_worktree_has(scratch):
    here = os.getcwd()
    os.makedirs("copy/src")
    Path("copy/away").symlink_to("/")
    imports = ["/usr/lib", f"{here}/tree/src", f"{here}/tree/gone", f"{here}/tree/away"]
    assert import_folders(f"{here}/tree", f"{here}/copy", imports) == [f"{here}/copy/src"]
