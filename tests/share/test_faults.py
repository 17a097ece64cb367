"""A remote that refuses, is read-only, full, gone, or cut off: one sentence, and nothing is lost."""

from __future__ import annotations

import os

import pytest
from helpers import git as run_git
from helpers import look

from gittrack.core.errors import TrackError
from gittrack.models import register
from gittrack.record import annotate
from gittrack.record.annotate import Target


@pytest.fixture
def ann(team):
    """A person with two runs, an annotation and a version of a model that nobody else has."""
    person = team[0]
    ids = sorted(person.record(name) for name in ("a", "b"))
    register.register(person.repo, "net", person.run("a"))
    raw = person.run("a")
    annotate.note(person.repo, Target(raw.id, raw.commit), "a note")
    person.ids, person.server = ids, person.folder.parent / "server.git"
    return person


def hook(server, name: str, text: str) -> None:
    path = server / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def refs(server) -> str:
    return run_git(server, "for-each-ref", "--format=%(refname)")


@pytest.mark.slow
def test_a_remote_that_refuses_everything(ann):
    hook(ann.server, "pre-receive", "cat > /dev/null; echo 'the quota is used up' >&2; exit 1")
    done = look("push", "--yes")
    assert (done.code, done.out) == (1, "origin took nothing\n")
    [refusal, remedy] = done.err.splitlines()[-2:]
    assert refusal.startswith("origin refused ")
    assert all(word in refusal for word in (*ann.ids, "annotations", "refs/tags/net@v1.0.0"))
    assert refusal.endswith("pre-receive hook declined: the quota is used up")
    assert remedy == "see what it takes: git track remote origin --probe"
    assert refs(ann.server) == "refs/heads/main"
    (ann.server / "hooks/pre-receive").unlink()
    assert look("push").out == "pushed 2 runs, annotations, 1 event of models to origin\n"


def test_a_remote_that_refuses_one_ref_takes_the_others(ann):
    hook(ann.server, "update", f'case "$1" in */{ann.ids[0]}|refs/notes/*) exit 1;; esac')
    pushed = ann.push()
    assert (pushed.runs, pushed.annotated, len(pushed.models)) == ((ann.ids[1],), False, 1)
    assert pushed.refused == ((ann.ids[0], "hook declined"), ("annotations", "hook declined"))
    (ann.server / "hooks/update").unlink()
    pushed = ann.push()
    assert (pushed.runs, pushed.annotated, pushed.refused) == ((ann.ids[0],), True, ())


@pytest.mark.slow
def test_a_remote_that_is_read_only(ann):
    run_git(ann.server.parent, "init", "-q", "--bare", "fixed.git")
    objects = ann.server.with_name("fixed.git") / "objects"
    objects.rename(objects.with_name("other"))
    objects.symlink_to("/sys")  # not even root can write there
    run_git(ann.folder, "remote", "add", "fixed", "../fixed.git")
    pushed = ann.push(remote="fixed")
    assert "unpacker error: remote unpack failed: unable to create" in pushed.refused[0][1]
    assert (pushed.runs, pushed.annotated, pushed.models) == ((), False, ())


@pytest.mark.slow
def test_a_remote_that_is_full(ann):
    (ann.folder / "big.py").write_text("\n".join(map(str, range(100_000))))
    run_git(ann.folder, "add", "big.py")
    big = ann.record("big")
    run_git(ann.folder, "config", "remote.origin.receivepack", "ulimit -f 10; git-receive-pack")
    pushed = ann.push()
    assert "unpacker error" in dict(pushed.refused)[big]
    assert run_git(ann.server, "fsck", "--connectivity-only", "--no-dangling") == ""
    run_git(ann.folder, "config", "--unset", "remote.origin.receivepack")
    assert big in ann.push().runs


@pytest.mark.slow
def test_a_host_that_limits_the_size_of_a_push_gets_several(ann):
    for name in "cd":
        (ann.folder / "data.py").write_text(os.urandom(4000).hex())
        ann.record(name)
    run_git(ann.server, "config", "receive.maxInputSize", "15000")
    assert (len(ann.push().runs), ann.push().refused) == (4, ())


def test_a_remote_that_is_gone(ann):
    ann.server.rename(ann.server.with_suffix(".gone"))
    for action in (ann.push, ann.pull):
        with pytest.raises(TrackError, match="origin has no repository at this URL"):
            action()
