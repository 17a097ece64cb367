"""record/code/index: a snapshot is made in a copy of the index, and the user's index stays as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import repo as make_repo

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.git import objects
from gittrack.record.code.index import IndexEntry, PrivateIndex, WorkTree, list_item


@pytest.fixture
def index(project, tmp_path_factory) -> PrivateIndex:
    folder = tmp_path_factory.mktemp("journal")
    return PrivateIndex(git.find(), folder)


def head(path: str) -> IndexEntry:
    """Return a path as HEAD has it."""
    mode, _, oid, _ = run_git(".", "ls-tree", "HEAD", path).split()
    return IndexEntry(path, (mode, oid))


def taken(
    index: PrivateIndex, *paths: str, withheld: tuple[IndexEntry, ...] = ()
) -> dict[str, bytes]:
    """Take paths into the snapshot, and return the content of each file in its tree."""
    index.take(paths, withheld)
    call = index._call("ls-tree", "-r", "-z", index.write_tree()).output()
    lines = os.fsdecode(call).split("\0")[:-1]
    entries = {path: facts.split() for facts, _, path in (line.partition("\t") for line in lines)}
    return {
        path: index._call("cat-file", "blob", oid).output() if kind == "blob" else oid.encode()
        for path, (_, kind, oid) in entries.items()
    }


BASE = {
    "params.yaml": b"lr: 0.003\nmodel:\n  hidden: 64\n",
    "train.py": b'print("training")\n',
}


def test_without_changes_the_tree_is_that_of_head(index):
    assert taken(index) == BASE
    assert index.write_tree() == run_git(".", "rev-parse", "HEAD^{tree}")


def test_changed_new_and_deleted_files_are_taken(index):
    Path("train.py").write_text("new\n")
    Path("params.yaml").unlink()
    Path("folder").mkdir()
    Path("folder/a b\n.py").write_text("x")
    files = taken(index, "train.py", "params.yaml", "folder/a b\n.py")
    assert files == {"train.py": b"new\n", "folder/a b\n.py": b"x"}


def test_only_the_given_paths_are_taken(index):
    Path("train.py").write_text("new\n")
    Path("new.py").write_text("x")
    assert taken(index, "new.py") == {**BASE, "new.py": b"x"}


def test_the_index_of_the_user_and_the_objects_of_the_repository_stay(index):
    Path("train.py").write_text("staged\n")
    run_git(".", "add", "train.py")
    before = Path(".git/index").read_bytes(), sorted(Path(".git/objects").rglob("*"))
    Path("train.py").write_text("changed\n")
    taken(index, "train.py")
    assert (Path(".git/index").read_bytes(), sorted(Path(".git/objects").rglob("*"))) == before
    assert run_git(".", "show", ":train.py") == "staged"


def test_a_withheld_path_is_as_in_head(index):
    Path("train.py").write_text("too large\n")
    run_git(".", "add", "train.py")
    Path("new.bin").write_text("too large")
    run_git(".", "add", "-N", "new.bin")
    withheld = (head("train.py"), IndexEntry("new.bin", None))
    assert taken(index, withheld=withheld) == BASE


def test_an_index_that_cannot_be_read_is_replaced_by_head(index):
    Path(".git/index").write_bytes(b"garbage")
    index.broken = True
    Path("train.py").write_text("new\n")
    assert taken(index, "train.py") == {**BASE, "train.py": b"new\n"}
    assert Path(".git/index").read_bytes() == b"garbage"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_changes_that_git_is_set_to_overlook_are_taken(index, flag):
    run_git(".", "update-index", flag, "train.py")
    Path("train.py").write_text("new\n")
    index.flagged = ["train.py"]
    assert taken(index, "train.py")["train.py"] == b"new\n"
    assert run_git(".", "ls-files", "-v", "train.py")[0] in "hS", "the user's flag stays"


def test_a_file_whose_path_is_a_folder_now_is_left_out(index):
    Path("train.py").unlink()
    Path("train.py").mkdir()
    Path("train.py/inner").write_text("x")
    index.shadowing = ["train.py"]
    assert taken(index, "train.py/inner") == {
        "params.yaml": BASE["params.yaml"],
        "train.py/inner": b"x",
    }


def test_a_file_takes_the_place_of_a_folder(index):
    Path("folder").mkdir()
    Path("folder/a.py").write_text("x")
    run_git(".", "add", ".")
    run_git(".", "commit", "-qm", "folder")
    Path("folder/a.py").unlink()
    Path("folder").rmdir()
    Path("folder").write_text("now a file")
    assert taken(index, "folder") == {**BASE, "folder": b"now a file"}


def test_a_file_that_is_behind_a_link_now_is_deleted(index):
    Path("folder").mkdir()
    Path("folder/a.py").write_text("x")
    run_git(".", "add", ".")
    run_git(".", "commit", "-qm", "folder")
    Path("folder").rename("other")
    Path("folder").symlink_to("other")
    files = taken(index, "folder/a.py", "folder")
    assert set(files) == {*BASE, "folder"}
    assert files["folder"] == b"other"


def test_which_paths_git_finds_in_the_work_tree(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "file").touch()
    (tmp_path / "a" / "b" / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "link").symlink_to("a")
    tree = WorkTree(str(tmp_path))
    paths = ["a/file", "dangling", "link", "link/file", "link/b/file", "a/none", "none/file", "a"]
    assert [path for path in paths if tree.has(path)] == ["a/file", "dangling", "link", "a"]


def own(index: PrivateIndex, base: str | None) -> set[str]:
    """Copy the objects that a snapshot has beyond a tree; return the paths or kinds of its objects."""
    tree = index.write_tree()
    index.own(base, tree)
    store = objects.Store(index.objects, "sha1")
    lines = index._call("ls-tree", "-r", "-t", tree).output().decode().splitlines()
    copied = {line.split("\t")[1] for line in lines if os.path.exists(store.path(line.split()[2]))}
    return copied | ({"/"} if os.path.exists(store.path(tree)) else set())


def test_objects_beyond_the_base_are_copied_also_if_the_repository_has_them(index):
    Path("new.py").write_text("x")
    run_git(".", "add", "new.py")  # the object is in the repository, and nothing names it
    index.take(["new.py"], ())
    assert own(index, run_git(".", "rev-parse", "HEAD^{tree}")) == {"/", "new.py"}


def test_without_a_base_every_object_is_copied(index):
    index.take([], ())
    assert own(index, None) == {"/", "train.py", "params.yaml"}


def test_an_object_that_vanished_is_an_error(index):
    index.take([], ())
    tree = index.write_tree()
    oid = run_git(".", "rev-parse", "HEAD:train.py")
    os.unlink(objects.Store(".git/objects", "sha1").path(oid))
    with pytest.raises(TrackError, match=f"the object {oid} vanished"):
        index.own(None, tree)


def test_only_the_objects_are_left(index):
    index.take([], ())
    index.path.with_name("index.lock").touch()
    index.remove()
    assert os.listdir(index.path.parent) == ["objects"]
    index.remove()


@pytest.mark.parametrize(
    ("path", "item"),
    [
        ("/a/b", "/a/b"),
        ('/a/"b', '/a/"b'),
        ("/a:b", '"/a:b"'),
        ('/a:"b', '"/a:\\"b"'),
        ("/a:\\b\nc", '"/a:\\\\b\\nc"'),
    ],
)
def test_a_path_with_a_colon_is_quoted_in_a_list_of_paths(path, item):
    assert list_item(path) == item


def test_a_repository_in_a_folder_with_a_colon_is_read(tmp_path, monkeypatch):

    folder = make_repo(path=tmp_path / 'a:"b')
    monkeypatch.chdir(folder)
    (tmp_path / "journal").mkdir()
    index = PrivateIndex(git.find(), tmp_path / "journal")
    assert taken(index) == BASE
