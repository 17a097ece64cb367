"""Notes are read in one pass and appended by compare-and-swap."""

from __future__ import annotations

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git import notes, objects

REF = "refs/notes/runs"


@pytest.fixture
def head(project) -> str:
    return run_git(project, "rev-parse", "HEAD")


def append(commit: str, *lines: bytes) -> None:
    for line in lines:
        notes.append(git.find(), REF, "A <a@b>", "note", lambda oid, note, line=line: line, commit)


def test_git_and_gittrack_read_the_same_note(head):
    append(head, b"one\n", b"two")
    assert run_git(".", "notes", "--ref=runs", "show", head) == "one\ntwo"
    assert notes.read(git.find(), REF) == {head: b"one\ntwo"}


def test_a_note_without_a_line_end_gets_one_before_the_next(head):
    run_git(".", "notes", "--ref=runs", "add", "-m", "by hand", head)
    append(head, b"next\n")
    assert notes.read(git.find(), REF)[head] == b"by hand\nnext\n"


def test_notes_are_read_at_any_depth_of_the_tree(head):
    store = objects.Store(git.object_store_path(git.find()), "sha1", flush=False)
    tree = store.tree([])
    ids = [store.commit(tree, [], "A <a@b>", number, "m\n") for number in range(400)]
    notes.append(git.find(), REF, "A <a@b>", "m", lambda oid, note: oid.encode(), *ids)
    append(ids[7], b"more")
    content = notes.read(git.find(), REF)
    assert content[ids[7]] == ids[7].encode() + b"\nmore"
    assert sorted(content) == sorted(ids)


def test_a_change_of_somebody_else_is_not_lost(head):
    repo, calls = git.find(), []

    def lines(oid: str, note: bytes) -> bytes:
        calls.append(note)
        if len(calls) == 1:
            append(head, b"theirs\n")
        return b"ours\n"

    notes.append(repo, REF, "A <a@b>", "m", lines, head)
    assert calls == [b"", b"theirs\n"]
    assert notes.read(repo, REF)[head] == b"theirs\nours\n"


def test_what_is_not_a_commit_is_an_error(head):
    assert notes.tip(git.find(), REF) is None
    with pytest.raises(git.GitError):
        notes.read(git.find(), "0" * 40)
