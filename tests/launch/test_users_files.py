"""launch/users_files: which files of the user changed while a command was going on."""

import os
from pathlib import Path

import pytest

from gittrack.disk.read_only import View
from gittrack.launch.users_files import UsersFiles, Watch


@pytest.fixture
def tree(sealed):
    """A tree with data, and a file beside it."""
    os.makedirs("tree/data/__pycache__")
    for path in ("tree/data/x", "tree/model", "far"):
        Path(path).write_text("1")
    return os.path.realpath("tree")


def changed(watch):
    """Return the names in the sentence."""
    return [sentence.partition(": ")[2] for sentence in watch.sentences()]


def test_shared_files_that_changed_are_named(tree):
    far = os.path.realpath("far")
    watch = Watch(UsersFiles(tree, (f"{tree}/data", far), View()), [])
    assert changed(watch) == []
    Path("tree/data/x").write_text("2")
    Path("tree/data/new").touch()
    Path("tree/data/__pycache__/x").touch()
    Path("tree/model").write_text("2")
    os.unlink("far")
    assert changed(watch) == [f"{far}, data/new, data/x"]


def test_paths_in_the_command_count_if_nothing_is_read_only(tree):
    words = ["sh", "-c", f"train > '{tree}/model' --out={tree}/new", f"{tree}/.git/x", tree, "/far"]
    watch = Watch(UsersFiles(tree), words)
    read_only_watch = Watch(UsersFiles(tree, view=View()), words)
    Path("tree/model").write_text("2")
    Path("tree/new").write_text("2")
    Path("tree/data/x").write_text("2")
    assert changed(watch) == ["model, new"]
    assert changed(read_only_watch) == []


def test_a_long_list_is_cut(tree):
    watch = Watch(UsersFiles(tree, (f"{tree}/data",)), [])
    for name in "abcdefg":
        Path(f"tree/data/{name}").touch()
    assert changed(watch) == ["data/a, data/b, data/c, data/d, data/e and 2 more"]
