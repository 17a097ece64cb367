"""record/code/tree_inspection: the work tree as it is, also what git is set to overlook."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.record.code import tree_inspection
from gittrack.record.code.index import PrivateIndex
from gittrack.record.code.status import Status


@pytest.fixture
def index(project, tmp_path_factory) -> PrivateIndex:
    return PrivateIndex(git.find(), tmp_path_factory.mktemp("journal"))


def status(index: PrivateIndex) -> Status:
    repo = git.find()
    return tree_inspection.read_status(repo, tree_inspection.start(repo), index)


def changed(index: PrivateIndex) -> list[str]:
    return sorted(change.path for change in status(index).changes)


def test_without_changes_there_is_the_commit_and_the_branch(index):
    assert status(index) == Status(run_git(".", "rev-parse", "HEAD"), "main", ())
    assert not index.broken
    assert set(index.listing.split(b"\0")) >= {b"H train.py", b"H params.yaml"}


def test_changed_deleted_staged_and_new_files_are_listed(index):
    Path("train.py").write_text("changed\n")
    Path("params.yaml").unlink()
    Path("new").mkdir()
    Path("new/a.py").touch()
    Path("staged.py").touch()
    run_git(".", "add", "staged.py")
    assert changed(index) == ["new/a.py", "params.yaml", "staged.py", "train.py"]


def test_ignored_files_are_not_listed(index):
    Path(".git/info/exclude").write_text("*.log\n")
    Path("out.log").touch()
    assert changed(index) == []


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_changes_that_git_is_set_to_overlook_are_listed(index, flag):
    run_git(".", "update-index", flag, "train.py")
    Path("train.py").write_text("changed\n")
    assert run_git(".", "status", "--porcelain") == ""
    assert changed(index) == ["train.py"]
    assert index.flagged == ["train.py"]
    assert run_git(".", "status", "--porcelain") == "", "the user's flag stays"


def test_a_sparse_file_that_is_absent_is_not_a_deletion(index):
    run_git(".", "update-index", "--skip-worktree", "train.py")
    Path("train.py").unlink()
    assert changed(index) == []
    assert index.flagged == []


def test_an_index_that_cannot_be_read_is_replaced_by_head(index):
    Path(".git/index").write_bytes(b"garbage")
    Path("train.py").write_text("changed\n")
    assert changed(index) == ["train.py"]
    assert index.broken


def test_files_in_a_folder_where_the_index_has_a_file_are_listed(index):
    Path("train.py").unlink()
    Path("train.py").mkdir()
    Path("train.py/inner.py").touch()
    assert "train.py/inner.py" in changed(index)
    assert index.shadowing == ["train.py"]


def test_a_link_in_the_place_of_a_file_is_a_change_and_no_folder(index):
    Path("train.py").unlink()
    Path("folder").mkdir()
    Path("train.py").symlink_to("folder")
    assert changed(index) == ["train.py"]
    assert index.shadowing == []


@pytest.mark.parametrize(
    ("command", "name"),
    [(("checkout", "-q", "-b", "x/y"), "x/y"), (("checkout", "-q", "--detach"), None)],
)
def test_the_branch_is_that_of_head(index, command, name):
    run_git(".", *command)
    assert tree_inspection.branch(git.find()) == name
    assert status(index).branch == name


def test_a_repository_without_a_commit_has_only_new_files(tmp_path, monkeypatch):
    folder = tmp_path / "empty"
    folder.mkdir()
    run_git(folder, "init", "-q")
    (folder / "train.py").touch()
    monkeypatch.chdir(folder)
    index = PrivateIndex(git.find(), tmp_path)
    assert status(index).commit is None
    assert changed(index) == ["train.py"]


def test_all_files_are_listed_from_a_folder_below(index, monkeypatch):
    Path("sub").mkdir()
    Path("new.py").touch()
    monkeypatch.chdir("sub")
    assert changed(index) == ["new.py"]
    assert b"H train.py" in index.listing


@pytest.mark.parametrize(
    "committer", ["a", "a 5 +0000", "a <b> x 5 +0000", "a <b> 5 +0000 7 +0100", "a <b> 7 +0100"]
)
def test_the_date_of_a_damaged_commit_is_what_git_reads(index, committer):
    root = Path(index.root)
    tree = run_git(root, "rev-parse", "HEAD^{tree}").strip()
    (root / ".git/text").write_text(
        f"tree {tree}\nauthor a <b> 5 +0000\ncommitter {committer}\n\nx\n"
    )
    oid = run_git(root, "hash-object", "-t", "commit", "-w", "--literally", ".git/text").strip()
    (root / ".git" / run_git(root, "symbolic-ref", "HEAD").strip()).write_text(f"{oid}\n")
    date = run_git(root, "log", "-1", "--format=%ct").strip()
    commit = tree_inspection.head(tree_inspection.start(index.repo))
    assert commit == (oid, tree, int(date or 0))


def wait_for(inspection: tree_inspection.Inspection) -> None:
    """Wait until the status has ended; its output is read later."""
    os.waitid(os.P_PID, inspection.status.child.pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize("is_packed", [True, False])
def test_the_tree_is_that_of_the_status_if_head_moves_meanwhile(index, is_packed):
    repo = git.find()
    earlier = tree_inspection.start(repo)
    wait_for(earlier)
    first = run_git(".", "rev-parse", "HEAD").strip()
    Path("train.py").write_text("changed\n")
    run_git(".", "commit", "-qam", "next")
    if is_packed:
        run_git(".", "gc", "-q")
    later = tree_inspection.start(repo)
    for inspection, commit in (
        (later._replace(status=earlier.status), first),
        (later._replace(head=earlier.head), run_git(".", "rev-parse", "HEAD").strip()),
    ):
        status = tree_inspection.read_status(repo, inspection, index)
        head = tree_inspection.commit_of_status(repo, inspection, status)
        assert status.commit == commit
        assert head is not None
        assert [head.oid, head.tree] == run_git(".", "log", "-1", "--format=%H %T", commit).split()


def test_git_lists_a_large_index_once_while_its_content_is_the_same(project):
    for number in range(2000):
        (project / f"a-file-with-a-rather-long-name-{number}.py").touch()
    run_git(".", "add", ".")

    def listing() -> tuple[bytes, bool]:
        reading = tree_inspection.FlagsReading(git.find())
        return reading.result(), reading._call is not None

    first, asked = listing()
    assert asked
    assert listing() == (first, False)
    Path(".git/index").touch()
    assert listing() == (first, False)
    run_git(".", "update-index", "--assume-unchanged", "train.py")
    for _ in range(2):  # with flags it is not kept
        flagged, asked = listing()
        assert asked
        assert b"h train.py\0" in flagged
    run_git(".", "update-index", "--no-assume-unchanged", "train.py")
    assert [listing() for _ in range(2)][1:] == [(first, False)]
    content = bytearray(Path(".git/index").read_bytes())
    content[-20:] = bytes(20)  # as with index.skipHash
    Path(".git/index").write_bytes(content)
    assert [listing() for _ in range(2)] == [(first, True), (first, True)]
