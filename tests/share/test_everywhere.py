"""Runs that leaked are removed from the remote and from all clones, and do not come back."""

from __future__ import annotations

import json

import pytest
from helpers import git as run_git
from helpers import look

import gittrack
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.models import register, retire
from gittrack.read.runs import resolve
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import trash_of
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.share import everywhere, remotes
from gittrack.tidy import trash


def remove(clone, name):
    run = resolve.resolve(clone.repo, name)
    return everywhere.remove(clone.repo, [run], remotes.look(clone.repo))


def server(clone, prefix=layout.RUNS):
    return run_git(clone.folder.parent / "server.git", "for-each-ref", prefix)


def texts(clone):
    listing = run_git(clone.folder, "notes", "--ref=runs", "list").splitlines()
    return [run_git(clone.folder, "cat-file", "-p", line.split()[0]) for line in listing]


@pytest.fixture
def shared(team):
    """A run with a secret in its note, which Ann, Bob and Cid have."""
    ann, bob, cid = team
    ann.record("leak", note="x")
    raw = ann.run("leak")
    annotate.note(ann.repo, Target(raw.id, raw.commit), "the password is 1234")
    ann.push()
    bob.pull(), cid.pull()
    return team


def test_a_run_goes_from_the_remote_and_from_every_clone(shared):
    ann, bob, cid = shared
    raw = ann.run("leak")
    [removed] = remove(ann, "leak")
    assert (removed.id, removed.refused) == (raw.id, "")
    assert server(ann) == ""
    for clone in (bob, cid):
        assert [run_id for run_id, _, _ in clone.pull().removed] == [raw.id]
        assert clone.raws() == []
    assert ann.raws() == []
    for clone in shared:
        clone.push(everything=True)
    assert server(ann) == ""


def test_the_tombstone_has_nothing_of_its_content(shared):
    ann, bob, _ = shared
    raw = ann.run("leak")
    remove(ann, "leak")
    bob.pull()
    for clone in (ann, bob):
        [stone] = map(json.loads, texts(clone))
        assert stone.keys() == {"at", "by", "op", "run"}
        assert stone["run"] == f"default/{raw.id}"


def test_what_others_wrote_meanwhile_is_removed_too(shared):
    ann, bob, _ = shared
    raw = bob.run("leak")
    annotate.note(bob.repo, Target(raw.id, raw.commit), "again: 1234")
    remove(ann, "leak")
    bob.pull(), bob.push(), ann.pull()
    for clone in (ann, bob):
        assert "1234" not in "".join(texts(clone))


def test_a_clone_that_went_on_with_it_does_not_push_it_again(team):
    ann, bob, _ = team
    ann.enter()
    with pytest.raises(ZeroDivisionError), gittrack.init(name="leak") as run:
        raise ZeroDivisionError
    ann.push(), bob.pull()
    bob.enter()
    with gittrack.init(resume=run.id):
        pass
    remove(ann, "leak")
    assert bob.push().runs == ()
    with pytest.raises(TrackError, match=r"removed the run .* everywhere"):
        bob.push("leak")
    assert [run_id for run_id, _, _ in bob.pull().removed] == [run.id]
    assert server(ann) == ""


def test_it_cannot_be_restored(shared):
    ann, bob, _ = shared
    remove(ann, "leak")
    bob.pull()
    for clone in (ann, bob):
        [raw] = trash_of(clone.repo).select(Request()).runs
        with pytest.raises(TrackError, match="everywhere, which is for ever"):
            trash.restore(clone.repo, [raw])


def test_after_a_failure_it_is_done_again(shared):
    ann, _, cid = shared
    folder = ann.folder.parent / "server.git"
    hook = folder / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase "$1" in refs/runs/*) exit 1;; esac\n')
    hook.chmod(0o755)
    run_id = ann.run("leak").id
    [removed] = remove(ann, "leak")
    assert "hook declined" in removed.refused
    assert cid.pull().removed[0][0] == run_id  # the tombstone is there first
    hook.unlink()
    ann.enter()
    done = look("rm", "--everywhere", "-y", run_id)
    assert (done.code, server(ann)) == (0, "")


def test_a_version_of_a_model_is_refused(shared):
    ann, *_ = shared
    register.register(ann.repo, "net", ann.run("leak"))
    with pytest.raises(TrackError, match="whose tag keeps it on the remote"):
        remove(ann, "leak")
    assert ann.names() == ["leak"]


def test_a_tag_that_others_pushed_keeps_it_until_it_is_deleted_there(shared):
    ann, bob, _ = shared
    register.register(bob.repo, "net", bob.run("leak"))
    bob.push()
    with pytest.raises(TrackError, match="is net v1, whose tag keeps it on the remote"):
        remove(ann, "leak")
    assert ann.names() == ["leak"]
    retire.remove(ann.repo, "net@1")
    run_git(ann.folder, "push", "-q", "origin", ":net@v1.0.0")
    run_git(ann.folder, "tag", "paper", str(ann.run("leak").commit))
    run_git(ann.folder, "push", "-q", "origin", "paper")
    with pytest.raises(TrackError, match=r"a tag on origin keeps the run .*: refs/tags/paper"):
        remove(ann, "leak")
    assert ann.names() == ["leak"]
    run_git(ann.folder, "push", "-q", "origin", ":paper")
    assert [removed.refused for removed in remove(ann, "leak")] == [""]
    done = bob.push()  # his tag of the version does not bring it back
    assert done.models == ()
    assert "removed its run everywhere" in dict(done.refused)["refs/tags/net@v1.0.0"]
    assert server(ann, "refs/tags") == server(ann) == ""


def test_the_command_asks_and_prints_what_may_be_left(shared, monkeypatch):
    ann, *_ = shared
    (ann.folder / "train.py").write_text("password = 1234\n")
    ann.record("b"), ann.record("c")
    ann.push()
    done = look("rm", "--everywhere", "b")
    assert (done.code, ann.names()) == (1, ["b", "c", "leak"])
    assert "nobody can answer" in done.err
    done = look("rm", "--everywhere", "--dry-run", "b")
    assert (done.code, "1 of 1 run on origin" in done.err) == (0, True)
    assert ann.names() == ["b", "c", "leak"]
    other = ann.run("c").id[-8:]
    done = look("rm", "--everywhere", "-y", "b")
    assert done.out.startswith("removed ")
    assert f"other runs have the same uncommitted files: {other}" in done.err
    assert "git gc --prune=now" in done.err
    assert "git track gc --older-than 0d" in done.err
    assert look("rm", "--remote", "origin", "c").code == 2
