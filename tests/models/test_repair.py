"""Stage refs that disagree with the events of their model are moved, or named with a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

from gittrack.models import promote, register, repair
from gittrack.models.repair import Repair

STAGING = "refs/models/m/staging"


@pytest.fixture
def repo(empty_repo):
    """A repository with two versions of the model m, the first one in staging."""
    for number in (1, 2):
        register.register(empty_repo, "m", run_values.commit(empty_repo, number))
    promote.promote(empty_repo, "m@1", "staging")
    return empty_repo


def oid(name: str) -> str:
    return run_git(".", "rev-parse", "--verify", "--quiet", name)


def test_a_sound_registry_stays_as_it_is(repo):
    before = run_git(".", "for-each-ref")
    assert repair.repair(repo) == []
    assert run_git(".", "for-each-ref") == before


def test_a_ref_without_a_value_or_deleted_or_moved_gets_the_version_of_the_events(repo):
    first, commit = oid("m@v1.0.0"), oid("m@v2.0.0^{}")
    for change, actual in (
        (("update-ref", "-d", STAGING), "nothing"),
        (("update-ref", STAGING, "m@v2.0.0"), "v2"),
        (("update-ref", STAGING, commit), commit[:12]),
    ):
        run_git(".", *change)
        assert repair.repair(repo) == [Repair(STAGING, actual, "v1")]
        assert oid(STAGING) == first
    Path(repo.common_dir, STAGING).write_text("")  # as a power failure leaves it
    assert repair.repair(repo) == [Repair(STAGING, "nothing that can be read", "v1")]
    assert oid(STAGING) == first


def test_the_ref_of_an_empty_stage_is_deleted(repo):
    promote.demote(repo, "m@1", "staging")
    run_git(".", "update-ref", STAGING, "m@v1.0.0")
    assert repair.repair(repo) == [Repair(STAGING, "v1", "nothing")]
    assert run_git(".", "for-each-ref", "refs/models") == ""


def test_a_ref_without_events_stays_and_is_named(repo):
    run_git(".", "update-ref", "refs/models/other/qa", "m@v1.0.0")
    [orphan] = repair.repair(repo)
    assert orphan[:3] == ("refs/models/other/qa", oid("m@v1.0.0")[:12], "nothing")
    assert orphan.problem.startswith("it has no tag: fetch the tags")
    assert oid("refs/models/other/qa") == oid("m@v1.0.0")


def test_nothing_is_moved_while_a_tag_cannot_be_read(repo):
    run_git(".", "update-ref", STAGING, "m@v2.0.0")
    tag = oid("m@v1.0.0")
    path = Path(repo.common_dir, "objects", tag[:2], tag[2:])
    os.rename(path, "away")
    assert repair.repair(repo) == []
    assert oid(STAGING) == oid("m@v2.0.0")
    os.rename("away", path)
    assert repair.repair(repo) == [Repair(STAGING, "v2", "v1")]


def test_a_ref_that_cannot_be_moved_is_named_with_the_reason(repo):
    run_git(".", "update-ref", STAGING, "m@v2.0.0")
    Path(repo.common_dir, f"{STAGING}.lock").touch()
    run_git(".", "config", "core.filesRefLockTimeout", "0")
    [entry] = repair.repair(repo)
    assert entry[:3] == (STAGING, "v2", "v1")
    assert "File exists" in entry.problem
    assert oid(STAGING) == oid("m@v2.0.0")


def test_a_stage_whose_tags_were_deleted_is_removed_if_its_commit_has_another_ref(repo):
    tags = run_git(".", "tag", "--list", "m#*").split()
    assert tags
    run_git(".", "tag", "--delete", *tags)
    blob = run_git(".", "hash-object", "-w", "--stdin")
    run_git(".", "update-ref", "refs/models/m/qa", blob)  # the last ref of something else
    assert repair.remove_unexplained(repo) == [STAGING]
    assert run_git(".", "for-each-ref", "--format=%(refname)", "refs/models") == "refs/models/m/qa"


def test_a_stage_stays_if_the_tag_of_its_version_was_deleted_too(repo):
    tag = oid("m@v1.0.0")
    run_git(".", "tag", "--delete", *run_git(".", "tag", "--list", "m[@#]*").split())
    assert repair.remove_unexplained(repo) == []
    assert oid(STAGING) == tag  # the last ref of it
