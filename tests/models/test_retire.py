"""Versions that must not be used any more: deprecated with their history, or removed."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git

from gittrack.core.errors import TrackError
from gittrack.models import promote, register, retire
from gittrack.read.registry.models import Registry
from gittrack.read.registry.versions import NoSuchModel


@pytest.fixture
def repo(empty_repo):
    """A repository with two versions of the model m."""
    for number in (1, 2):
        register.register(empty_repo, "m", run_values.commit(empty_repo, number))
    return empty_repo


def tags() -> list[str]:
    return run_git(".", "for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags").split("\n")


def test_a_deprecated_version_leaves_its_stages_and_stays_in_the_history(repo):
    promote.promote(repo, "m@2", "staging")
    promote.promote(repo, "m@2", "canary")
    [before] = retire.deprecate(repo, "m@2", "wrong data")
    assert (before.short, before.stages) == ("v2", ("staging", "canary"))
    model = Registry(repo).model("m")
    assert (model.versions[1].deprecated, model.stages, model.latest.short) == (True, {}, "v1")
    reasons = {event.mark.kind: event.why for event in model.events[-3:]}
    assert reasons == {"demote": "wrong data", "deprecate": "wrong data"}


def test_a_demotion_for_a_deprecation_without_a_reason_has_one(repo):
    promote.promote(repo, "m@1", "staging")
    retire.deprecate(repo, "m@1")
    [demotion] = [e for e in Registry(repo).model("m").events if e.mark.kind == "demote"]
    assert demotion.why == "it was deprecated"


def test_an_address_by_stage_or_latest_names_the_version(repo):
    promote.promote(repo, "m@1", "staging")
    assert [v.short for v in retire.deprecate(repo, "m@staging")] == ["v1"]
    assert [v.short for v in retire.deprecate(repo, "m@latest")] == ["v2"]


def test_a_bare_name_deprecates_the_whole_model(repo):
    promote.promote(repo, "m@1", "staging")
    assert [version.short for version in retire.deprecate(repo, "m")] == ["v1", "v2"]
    model = Registry(repo).model("m")
    assert (model.deprecated, model.stages) == (True, {})
    assert "m@deprecated" in tags()


@pytest.mark.parametrize(("address", "subject"), [("m@1", "m v1"), ("m", "m")])
def test_nothing_is_deprecated_twice(repo, address, subject):
    retire.deprecate(repo, address)
    before = tags()
    with pytest.raises(TrackError, match=f"{subject} is deprecated already"):
        retire.deprecate(repo, address)
    assert tags() == before


def test_a_version_of_a_deprecated_model_is_deprecated_already(repo):
    retire.deprecate(repo, "m")
    with pytest.raises(TrackError, match="m v1 is deprecated already"):
        retire.deprecate(repo, "m@1")


def test_a_commit_that_was_only_promoted_cannot_be_deprecated(repo):
    """GTO can put a commit into a stage that is no version."""
    commit = run_values.commit(repo, 3).commit
    run_git(".", "tag", "-am", "promoted", "m#staging#1", commit)
    with pytest.raises(TrackError, match="was never registered") as caught:
        retire.deprecate(repo, "m@staging")
    assert caught.value.hint == "demote the commit instead"


def test_a_version_without_a_stage_is_removed_with_its_tag(repo):
    assert retire.remove(repo, "m@2").number == "v2.0.0"
    assert tags() == ["m@v1.0.0"]


def test_a_removed_version_leaves_its_stage_first(repo):
    promote.promote(repo, "m@2", "staging")
    with pytest.raises(TrackError, match="m v2 has been in staging") as caught:
        retire.remove(repo, "m@2")
    assert caught.value.hint.startswith("deprecate it: git track model deprecate m@v2")
    retire.remove(repo, "m@2", force=True)
    assert tags() == ["m#staging!#2", "m#staging#1", "m@v1.0.0"]
    assert run_git(".", "for-each-ref", "refs/models") == ""


def test_the_stages_that_refuse_a_removal_are_named_once(repo):
    for stage in ("staging", "production", "staging"):
        for version in ("m@1", "m@2"):
            promote.promote(repo, version, stage, force=True)
    with pytest.raises(TrackError, match=r"in staging, production\."):
        retire.remove(repo, "m@1")


def test_the_deprecation_of_a_removed_version_is_removed_too(repo):
    retire.deprecate(repo, "m@2")
    assert "m@v2.0.0!#1" in tags()
    retire.remove(repo, "m@2")
    assert tags() == ["m@v1.0.0"]


def test_a_bare_name_removes_nothing(repo):
    with pytest.raises(TrackError, match="which version of m is meant") as caught:
        retire.remove(repo, "m")
    assert (caught.value.code, caught.value.hint) == (2, "write m@3")


def test_what_does_not_exist_is_refused(repo):
    before = tags()
    for change in (retire.deprecate, retire.remove):
        for address in ("m@9", "m@production", "n@1"):
            with pytest.raises(NoSuchModel):
                change(repo, address)
    assert tags() == before
