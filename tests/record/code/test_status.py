"""record/code/status: the output of git status, read exactly."""

from __future__ import annotations

import subprocess

from helpers import git, repo

from gittrack.record.code.status import ChangedPath, Status, parse_status

LINE = ("status", "--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--no-renames")


def status_of(script: str) -> Status:
    folder = repo(script)
    return parse_status(subprocess.run(["git", *LINE], cwd=folder, capture_output=True).stdout)


def test_a_clean_tree():
    status = status_of("")
    assert (status.branch, status.changes) == ("main", ())
    assert status.commit == git("repo", "rev-parse", "HEAD")


def test_tracked_files_have_their_mode_and_id_and_new_ones_have_none():
    status = status_of("echo 2 >> train.py; echo 1 > 'a new file'; echo 1 > added; git add added")
    assert {change.path: change.head for change in status.changes} == {
        "train.py": ("100644", git("repo", "rev-parse", "HEAD:train.py")),
        "a new file": None,
        "added": None,
    }
    assert status.new_files() == {"a new file", "added"}


def test_a_merge_conflict_keeps_the_side_of_the_branch():
    status = status_of(
        "git checkout -qb other; echo 1 > train.py; git commit -qam 1; git checkout -q main;"
        "echo 2 > train.py; git commit -qam 2; git merge -q other >/dev/null || true"
    )
    (change,) = status.changes
    assert change.path == "train.py"
    assert change.head == ("100644", git("repo", "rev-parse", "HEAD:train.py"))


def test_without_a_commit_and_on_a_detached_head():
    before = parse_status(b"# branch.oid (initial)\0# branch.head main\0")
    assert before == Status(None, "main", ())
    assert status_of("git checkout -q --detach").branch is None


def test_without_removes_new_files_at_or_below_a_path_only():
    tracked = ChangedPath("out/tracked", ("100644", "1"))
    changes = (
        tracked,
        ChangedPath("out/a", None),
        ChangedPath("out", None),
        ChangedPath("outer", None),
    )
    status = Status(None, None, changes).without(["out"])
    assert status.changes == (tracked, ChangedPath("outer", None))


def test_below_keeps_tracked_files_of_any_folder():
    changes = (
        ChangedPath("a/x", None),
        ChangedPath("b/x", None),
        ChangedPath("b/y", ("100644", "1")),
    )
    status = Status(None, None, changes)
    assert status.below("a/").changes == (changes[0], changes[2])
    assert status.below(None).changes == (changes[2],)
