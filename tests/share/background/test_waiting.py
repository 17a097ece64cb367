"""The files that say which runs are to be pushed in the background."""

from __future__ import annotations

from helpers import git as run_git

import gittrack
from gittrack.record.publish import background
from gittrack.share.background import waiting

LOST = "refs/runs/default/20260101-000000-00000001"


def test_a_run_waits_until_the_remote_has_it(team):
    ann, *_ = team
    ann.record("a")
    ref = str(ann.run("a").ref)
    background.list_waiting(ann.repo, ref)
    assert waiting.listed(ann.repo) == [ref]
    ann.push()
    assert waiting.listed(ann.repo) == []


def test_a_run_that_goes_on_again_still_waits_after_a_push_by_hand(team):
    ann, *_ = team
    run_git(ann.folder, "config", "track.push", "auto")
    ann.enter()
    with gittrack.init(name="a") as run:
        ref = f"refs/runs/default/{run.id}"
        assert waiting.listed(ann.repo) == [ref]
        waiting.settle(ann.repo, {ref}, {})
        assert waiting.listed(ann.repo) == [ref]


def test_a_note_about_a_run_that_does_not_exist_goes(team):
    ann, *_ = team
    background.list_waiting(ann.repo, LOST)
    waiting.drop_lost(ann.repo)
    assert waiting.listed(ann.repo) == []


def test_the_last_failure_is_one_line(team):
    ann, *_ = team
    assert waiting.last_failure(ann.repo) is None
    waiting.note_failure(ann.repo, "no\nroute")
    failure = waiting.last_failure(ann.repo)
    assert failure is not None
    assert failure.reason == "no route"
    waiting.note_failure(ann.repo, None)
    assert waiting.last_failure(ann.repo) is None
