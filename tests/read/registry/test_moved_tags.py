"""Version tags that somebody moved by hand, proved by the runs at their commits."""

from __future__ import annotations

from pathlib import Path

import pytest
import run_values
from helpers import git as run_git
from run_values import run_id

from gittrack.models import promote, register
from gittrack.read.registry import moved_tags
from gittrack.read.registry.models import Registry


@pytest.fixture
def runs(empty_repo):
    """Two runs, of which the first is version 1 of the model m."""
    runs = [run_values.commit(empty_repo, number) for number in (1, 2)]
    register.register(empty_repo, "m", runs[0])
    return runs


def move(commit: str, *, text: str | None = None) -> str:
    """Move the tag of version 1 to a commit, with its message or another one; return the old id."""
    old = run_git(".", "rev-parse", "m@v1.0.0")
    content = text or run_git(".", "cat-file", "tag", "m@v1.0.0").partition("\n")[2]
    Path("tag").write_text(f"object {commit}\n{content}\n")
    oid = run_git(".", "hash-object", "-t", "tag", "-w", "tag")
    run_git(".", "update-ref", "refs/tags/m@v1.0.0", oid)
    return old


def examined(repo):
    registry = Registry(repo)
    [model] = moved_tags.with_moved_tags(registry, registry.every())
    return model.moved


def test_a_tag_that_is_where_it_was_made_is_not_moved(empty_repo, runs):
    assert examined(empty_repo) == ()


def test_a_moved_tag_is_found_with_its_run_and_where_that_is(empty_repo, runs):
    move(runs[1].commit)
    [moved] = examined(empty_repo)
    assert (moved.tag, moved.commit, moved.run, moved.was) == (
        *("m@v1.0.0", runs[1].commit),
        *(run_id(1), runs[0].commit),
    )
    run_git(".", "update-ref", "-d", runs[0].ref)
    assert examined(empty_repo)[0].was == ""  # the run is not here any more


def test_a_stage_ref_that_has_the_original_tag_can_restore_it(empty_repo, runs):
    promote.promote(empty_repo, "m@1", "qa")
    old = move(runs[1].commit)
    [moved] = examined(empty_repo)
    assert (moved.original, moved.was) == (old, runs[0].commit)


def test_an_imported_run_may_have_another_id(empty_repo, runs):
    """Its ref has the id of the message, and its commit another one."""
    tree = run_git(".", "rev-parse", f"{runs[0].commit}^{{tree}}")
    message = run_git(".", "log", "-1", "--format=%B", runs[1].commit)
    imported = run_git(".", "commit-tree", "-m", message, tree)
    run_git(".", "update-ref", runs[0].ref, imported)
    move(imported)
    assert examined(empty_repo) == ()


def test_a_message_of_another_tool_proves_nothing(empty_repo, runs):
    text = "type commit\ntag m@v1.0.0\ntagger Ada <a@b> 0 +0000\n\nRegistering m"
    move(runs[1].commit, text=text)
    assert examined(empty_repo) == ()


def test_a_commit_that_is_missing_or_no_run(empty_repo, runs):
    move("1" * 40)
    assert examined(empty_repo) == ()  # a missing commit proves nothing
    code = run_git(".", "commit-tree", "-m", "code", run_git(".", "write-tree"))
    move(code)
    [moved] = examined(empty_repo)
    assert (moved.commit, moved.run) == (code, run_id(1))


def test_one_version_is_examined_with_the_content_of_its_commit(empty_repo, runs):
    move(runs[1].commit)
    model = Registry(empty_repo).model("m")
    [version] = model.versions
    with_run = moved_tags.with_moved_version(empty_repo, model, version, runs[1].body)
    assert [entry.tag for entry in with_run.moved] == ["m@v1.0.0"]
    again = moved_tags.with_moved_version(empty_repo, with_run, version, runs[1].body)
    assert again == with_run  # each tag once
    assert moved_tags.with_moved_version(empty_repo, model, version, None) == model
    assert moved_tags.with_moved_version(empty_repo, model, version, runs[0].body) == model
