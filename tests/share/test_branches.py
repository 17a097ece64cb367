"""A host that takes only branches and tags, and declines a whole push because of one other ref."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import look, run_cli

import gittrack
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.models import promote, register
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.share import remotes
from gittrack.share.background import live
from gittrack.tidy import trash

ONLY_BRANCHES_AND_TAGS = """#!/bin/sh
while read old new ref; do
  case "$ref" in refs/heads/*|refs/tags/*) ;; *) echo "illegal ref $ref" >&2; exit 1;; esac
done
"""


@pytest.fixture
def strict_team(team):
    """Three clones of a host that takes only branches and tags."""
    hook = team[0].folder.parent / "server.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(ONLY_BRANCHES_AND_TAGS)
    hook.chmod(0o755)
    return team


def branches(clone) -> list[str]:
    server = clone.folder.parent / "server.git"
    return run_git(server, "for-each-ref", "--format=%(refname)").splitlines()


def test_everything_of_push_and_pull_works_with_branches(strict_team):
    ann, bob, cid = strict_team
    run_id = ann.record("a")
    ann.record("b")
    refused = look("push", "--yes")
    assert "illegal ref refs/runs/default/" in refused.err
    assert refused.err.endswith("see what it takes: git track remote origin --probe\n")
    probed = look("remote", "--probe")
    assert (probed.code, "branches    accepted and listed" in probed.out) == (0, True)
    assert "git config --add remote.origin.fetch '^refs/heads/gittrack/*'" in probed.err
    assert branches(ann) == ["refs/heads/main"]  # nothing of the probe stays

    register.register(ann.repo, "net", ann.run("a"))
    promote.promote(ann.repo, "net@v1", "prod")
    annotate.note(ann.repo, Target(run_id, ann.run("a").commit), "by ann")
    assert look("push").out == "pushed 2 runs, annotations, 2 events of models to origin\n"
    assert f"refs/heads/gittrack/runs/default/{run_id}" in branches(ann)
    assert "refs/tags/net#prod#1" in branches(ann)

    pulled = bob.pull()  # his clone sees it from the branches
    assert (len(pulled.new), len(pulled.models), bob.names()) == (2, 2, ["a", "b"])
    assert run_git(bob.folder, "rev-parse", "refs/models/net/prod")
    assert len(cid.pull(experiment="default", n=1).new) == 1

    cid.enter()
    with pytest.raises(ZeroDivisionError), gittrack.init(name="c") as run:
        raise ZeroDivisionError
    cid.push()
    ann.pull()
    ann.enter()
    with gittrack.init(resume=run.id) as resumed:
        resumed.log({"loss": 0.5})
    trash.remove(ann.repo, [ann.run("b")])
    annotate.note(bob.repo, Target(run_id, bob.run("a").commit), "by bob")
    assert (bob.push().annotated, ann.push().runs) == (True, (run.id,))
    pulled = cid.pull()
    assert pulled.resumed == (run.id,)
    note = run_git(cid.folder, "notes", "--ref=runs", "show", str(ann.run("a").commit))
    assert "by ann" in note
    assert "by bob" in note
    assert len(bob.pull().removed) == 1
    assert "as branches below gittrack/" in run_cli("remote", cwd=ann.folder).out


def test_others_see_a_run_while_it_goes_on(strict_team):
    ann, bob, _ = strict_team
    ann.enter()
    look("remote", "--probe")
    remotes.remember_consent(ann.repo, *remotes.chosen(ann.repo))
    run = gittrack.init(name="a")
    run.log({"loss": 1.0})
    journal = Path(layout.live_dir(ann.repo.common_dir), run.id)
    seen = []

    def wait(seconds):
        seen.append((bob.pull().live, bob.names(), branches(ann)))
        run.finish()

    live.follow(ann.repo, journal, 30.0, wait=wait)
    state = f"refs/heads/gittrack/live/default/{run.id}"
    assert seen == [(1, ["a"], [state, "refs/heads/main"])]
    assert branches(ann) == ["refs/heads/main"]
    assert (bob.pull().live, bob.names()) == (0, [])


@pytest.mark.slow
def test_a_colleague_who_does_not_want_the_runs(strict_team):
    ann, bob, _ = strict_team
    ann.record("a")
    look("remote", "--probe")
    ann.push()
    run_git(bob.folder, "config", "--add", "remote.origin.fetch", "^refs/heads/gittrack/*")
    run_git(bob.folder, "fetch", "-q")
    assert "gittrack" not in run_git(bob.folder, "for-each-ref")
    assert run_git(bob.folder, "status", "--porcelain", "--branch") == "## main...origin/main"
    assert len(bob.pull().new) == 1  # and who wants them all the same


@pytest.mark.slow
def test_an_unknown_setting_is_an_error(team):
    ann, *_ = team
    run_git(ann.folder, "config", "remote.origin.gittrackRefs", "heads")
    with pytest.raises(TrackError, match="gittrackrefs is 'heads'") as caught:
        ann.push()
    assert caught.value.hint == "it is one of direct, branches"
    run_git(ann.folder, "config", "remote.origin.gittrackRefs", "direct")
    assert remotes.route(ann.repo, "origin").names.as_branches is False
