"""record/code/snapshot: the tree without an index is the one that git makes with a copy of its index."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import repo as make_repo

from gittrack import git
from gittrack.core import settings
from gittrack.core.errors import TrackError
from gittrack.git.objects import Store
from gittrack.record.code import capture, limits, snapshot, tree_inspection
from gittrack.record.code.index import PrivateIndex
from gittrack.record.code.status import ChangedPath

BASE = """
mkdir -p deep/er other; for name in gone mode link type staged both partly folder; do echo 1 > $name; done
echo 1 > deep/a; echo 1 > deep/er/b; echo 1 > deep/er/c; echo 1 > other/d; ln -s mode old-link
git add .; git commit -qm base
"""
KINDS = {
    "kinds": "rm gone; chmod +x mode; ln -sf train.py link; echo 2 > staged; git add staged; echo 2 > both;"
    "git add both; echo 3 > both; git rm -q --cached partly; git rm -q old-link; : > empty;"
    "ln -s nowhere dangling; echo new > 'un tracked'; echo added > intended; git add -N intended",
    "folder to file": "git rm -rq deep; echo 2 > deep",
    "folder to link": "rm -r deep; ln -s other deep",
    "a file of a folder": "rm deep/er/b; echo 2 > deep/er/new; mkdir -p x/y; echo 2 > x/y/z",
    "all of a folder": "rm -r deep/er",
    "everything": "git rm -rq .",
    "names": "printf x > \"$(printf 'n\\303\\244me')\"; printf x > \"$(printf 'lat\\344n')\"; echo 1 > -b;"
    "echo 1 > 'b.c'; mkdir b; echo 1 > b/c; echo 1 > b0; echo 1 > ':(top)c'; echo 1 > '*'",
    "secrets": "echo s3cr3t > .env; echo 2 > train.py; mkdir only; echo s3cr3t > only/.env",
    "a secret that is no longer tracked": "echo s3cr3t > .env; git add -f .env; git commit -qm env;"
    "git rm -q --cached .env; echo changed > .env; echo 2 > train.py",
    "nothing but time": "touch train.py",
}
AS_ADDED = {
    "modes that git does not write any more": "git reset -q --hard $(git commit-tree -m old $(git cat-file "
    "tree HEAD: | sed 's/40000 deep/040000 deep/; s/100644 mode/100664 mode/' | "
    "git hash-object -t tree -w --literally --stdin)); echo 2 > deep/a",
    "no longer tracked, and ignored": "git rm -q --cached partly both; echo 2 > both;"
    "echo partly > .gitignore",
    "attributes of the repository": "printf '1\\r\\n' > dos; git add dos; git commit -qm dos; echo 2 >> dos;"
    "echo '* text=auto' > .git/info/attributes",
    "attributes that are ignored": "printf '1\\r\\n' > other/dos; git add other; git commit -qm dos;"
    "echo 2 >> other/dos; echo '* text=auto' > other/.gitattributes; echo .gitattributes > .git/info/exclude",
    "a staged file that is not checked out": "git sparse-checkout set other; echo 2 > train.py;"
    "git update-index --cacheinfo 100644,$(git rev-parse HEAD:old-link),deep/a;"
    "git update-index --skip-worktree deep/a",
    "a folder that was a repository": "git init -q deep/in; git -C deep/in commit -q --allow-empty -m in;"
    "git add deep/in; git commit -qm in; git rm -q --cached deep/in; rm -r deep/in/.git; echo 2 > deep/in/a",
    "a repository that was a file": "rm mode; git init -q mode; git -C mode commit -q --allow-empty -m in",
}


def captured(place: Path, folder: Path, *, without_index: bool) -> capture.Captured:
    repo = git.find(place)
    config = git.parse_config(repo.config().output())
    folder.mkdir()
    return capture.capture_code(
        repo,
        tree_inspection.start(repo),
        folder,
        settings.from_config(config),
        config=config if without_index else None,
    )


def objects(folder: Path) -> set[str]:
    return {f"{path.parent.name}{path.name}" for path in folder.glob("objects/??/*")}


def same(place: Path, tmp_path: Path, monkeypatch) -> capture.Captured:
    """Capture the code in both ways; return the result without an index."""
    first = captured(place, tmp_path / "first", without_index=False)
    monkeypatch.setattr(PrivateIndex, "write_tree", None)
    second = captured(place, tmp_path / "second", without_index=True)
    assert second._replace(ids={}) == first
    for path, oid in second.ids.items():
        assert run_git(place, "hash-object", "--no-filters", f"./{path}") == oid
    assert objects(tmp_path / "second") >= objects(tmp_path / "first")
    return second


@pytest.mark.parametrize("script", KINDS.values(), ids=KINDS)
def test_the_tree_and_its_objects_are_those_of_git(tmp_path, monkeypatch, script):
    place = make_repo(f"{BASE}{script}")
    head = run_git(place, "rev-parse", "HEAD^{tree}")
    tree = same(place, tmp_path, monkeypatch).tree
    assert (tree == head) is (script == KINDS["nothing but time"])


@pytest.mark.parametrize("script", AS_ADDED.values(), ids=AS_ADDED)
def test_the_tree_is_that_of_git_add(tmp_path, script):
    place = make_repo(f"{BASE}{script}")
    trees = [captured(place, tmp_path / str(plain), without_index=plain).tree for plain in (0, 1)]
    run_git(place, "add", "-A")
    assert trees == [run_git(place, "write-tree")] * 2


def test_a_folder_whose_tree_is_missing_is_an_error(tmp_path):
    place = make_repo(f"{BASE} echo 2 > deep/er/b")
    tree = run_git(place, "rev-parse", "HEAD:deep/er")
    (place / ".git/objects" / tree[:2] / tree[2:]).unlink()
    state = captured(place, tmp_path / "journal", without_index=True)
    assert state.tree is None
    assert "the tree of the folder deep/er is missing" in state.warnings[0]


def test_a_repository_without_a_commit(tmp_path, monkeypatch):
    place = tmp_path / "new"
    run_git(tmp_path, "init", "-q", "new")
    (place / "folder").mkdir()
    (place / "folder/a.py").write_text("1")
    same(place, tmp_path, monkeypatch)


def test_a_repository_of_sha256(tmp_path, monkeypatch):
    place = tmp_path / "new"
    run_git(tmp_path, "init", "-q", "--object-format=sha256", "new")
    for name in ("a.py", "b/c.py"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text("1")
    run_git(place, "add", ".")
    run_git(place, "commit", "-qm", "first")
    (place / "b/c.py").write_text("2")
    assert len(same(place, tmp_path, monkeypatch).tree or "") == 64


@pytest.mark.parametrize(
    ("path", "setting", "is_plain"),
    [
        ("a.py", {}, True),
        ("a.py", {"core.filemode": "true", "core.autocrlf": "false"}, True),
        ("a.py", {"core.filemode": "false"}, False),
        ("a.py", {"core.filemode": "00"}, False),
        ("a.py", {"core.symlinks": "no"}, False),
        ("a.py", {"core.ignorecase": "true"}, False),
        ("a.py", {"core.autocrlf": "input"}, False),
        ("a.py", {"core.attributesfile": "/attributes"}, False),
        ("line\nbreak", {}, False),
        ('"quote"', {}, False),
        ("repository/", {}, False),
    ],
)
def test_whatever_is_unusual_is_left_to_git(project, tmp_path, path, setting, is_plain):
    index = PrivateIndex(git.find(), tmp_path)
    assert snapshot._is_plain(index, [ChangedPath(path, None)], setting) is is_plain


@pytest.mark.parametrize(
    "script",
    [
        "mkdir a; echo '* text' > a/.gitattributes; git add .; git commit -qm more",
        "echo '* text' > .gitattributes",
        "git update-index --assume-unchanged train.py; echo 2 >> train.py",
        "git replace HEAD^{tree} $(git mktree < /dev/null)",
        "rm train.py; mkdir train.py; echo 1 > train.py/a",
        "rm train.py; mkdir train.py; echo 1 > train.py/a; git add train.py",
    ],
)
def test_an_unusual_repository_is_left_to_git(tmp_path, monkeypatch, script):
    place = make_repo(f"{script}; echo new > new.py")
    monkeypatch.setattr(snapshot, "_tree_without_index", None)
    assert captured(place, tmp_path / "journal", without_index=True).tree is not None


def test_a_file_that_is_a_pipe_now_is_an_error(project, tmp_path):
    os.mkfifo("pipe")
    index = PrivateIndex(git.find(), tmp_path)
    choice = limits.choose(".", [ChangedPath("pipe", None)], settings.Settings())
    with pytest.raises(TrackError, match="pipe is not a file"):
        snapshot._tree_without_index(index, "", choice)


def test_few_small_files_are_stored_as_git_stores_them(project, tmp_path):
    (project / "empty.py").write_bytes(b"")
    (project / "two.py").write_bytes(b"1\r\n\0")
    index = PrivateIndex(git.find(), tmp_path / "journal")
    store = Store(index.objects, "sha1", flush=False)
    names = ["empty.py", "two.py"]
    assert snapshot._stored(index, store, names) == snapshot._stored_by_git(index, names)
    with pytest.raises(TrackError, match="cannot be read: No such file"):
        snapshot._stored(index, store, ["gone.py"])
