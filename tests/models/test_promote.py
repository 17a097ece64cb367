"""A version enters a stage and leaves it; the events of that, and what is refused."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git
from run_values import model

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


def last_event(repo):
    return Registry(repo).model("m").events[-1]


# --- Events that empty a stage --------------------------------------------------------------------

VERSIONS = (("m@v1.0.0", "c1"), ("m@v2.0.0", "c2"))


def demotions(*events, why: str = "bad") -> list[tuple[str, str, str]]:
    """Return (commit, version, reason) of each demotion from the stage s, in the order of writing."""
    after = model(*VERSIONS, *events)
    drafts = promote.demotions(after, after.stages["s"], "s", why)
    return [(draft.commit, draft.facts["version"], draft.facts["why"]) for draft in drafts]


def test_the_holder_of_a_stage_is_demoted():
    assert demotions(("m#s#1", "c1")) == [("c1", "v1.0.0", "bad")]


def test_every_earlier_holder_is_demoted_too_or_gto_would_bring_it_back():
    assert demotions(("m#s#1", "c1"), ("m#s#2", "c2")) == [
        ("c2", "v2.0.0", "bad"),
        ("c1", "v1.0.0", "v2 was demoted"),
    ]
    assert demotions(("m#s#1", "c1"), ("m#s!#2", "c1"), ("m#s#3", "c2")) == [
        ("c2", "v2.0.0", "bad")
    ]


def test_a_commit_that_is_no_version_is_demoted_by_its_id():
    after = model(("m#s#1", "0123456789abcdef"))
    [draft] = promote.demotions(after, after.stages["s"], "s", "")
    assert draft.summary == ("demote", "m 01234567 from s")
    assert (draft.facts["version"], draft.facts["run"]) == (None, None)


def test_after_its_demotions_a_stage_is_empty_whatever_its_history():
    events = [*VERSIONS, ("m#s#1", "c1"), ("m#s#2", "c2"), ("m#s#3", "c1"), ("m#s#4", "c9")]
    before = model(*events)
    drafts = promote.demotions(before, before.stages["s"], "s", "")
    tags = [(f"m#s!#{number}", draft.commit) for number, draft in enumerate(drafts, 5)]
    assert model(*events, *tags).stages == {}


# --- History --------------------------------------------------------------------------------------


def test_the_history_of_a_model_or_of_one_of_its_stages():
    subject = model(*VERSIONS, ("m#s#1", "c1"), ("m#t#2", "c1"), ("m#s!#3", "c1"))
    assert [e.tag for e in promote.history(subject, "s")] == ["m#s#1", "m#s!#3"]
    assert promote.history(subject) == list(subject.events)
    assert promote.history(subject, "none") == []


# --- Promotions -----------------------------------------------------------------------------------


def test_the_event_says_what_it_replaces_and_where_the_version_came_from(repo):
    promote.promote(repo, "m@1", "staging")
    promote.promote(repo, "m@2", "canary")
    result = promote.promote(repo, "m@2", "staging", why="better")
    assert (result.came_from, result.replaced.short, result.version.stages) == (
        *("canary", "v1"),
        ("staging", "canary"),
    )
    facts = last_event(repo).text.facts
    assert {key: facts[key] for key in ("version", "stage", "from", "replaces", "why", "run")} == {
        **{"version": "v2.0.0", "stage": "staging", "from": "canary", "replaces": "v1.0.0"},
        **{"why": "better", "run": run_values.run_id(2)},
    }


def test_the_replaced_version_is_archived(repo):
    promote.promote(repo, "m@1", "staging")
    promote.promote(repo, "m@2", "staging")
    assert [v.stage for v in Registry(repo).model("m").versions] == ["archived", "staging"]


def test_a_promotion_by_another_stage_is_of_the_version_there(repo):
    promote.promote(repo, "m@1", "staging")
    assert promote.promote(repo, "m@staging", "canary").version.short == "v1"


def test_what_failed_and_was_forced_is_in_the_event(repo):
    promote.promote(repo, "m@1", "production", require='status == "finished"', force=True)
    facts = last_event(repo).text.facts
    assert facts["gate"] == 'status == "finished"'
    assert facts["forced"] == ["its code is not committed"]


REFUSED_PROMOTIONS = (
    ("m@1", "latest", "would read as a version"),
    ("m@1", "v3", "would read as a version"),
    ("m@1", "a b", "cannot be the name of a stage"),
    ("m@1", "archived", "versions that are not in any stage"),
    ("m@1", "Production", "differ only in capital letters"),
    ("m@9", "staging", "m has no version v9"),
    ("n@1", "staging", "the model 'n' does not exist"),
    ("m@staging", "canary", "m has no version in staging"),
)


def test_a_refused_promotion_writes_nothing(repo):
    before = run_git(".", "for-each-ref")
    for address, stage, problem in REFUSED_PROMOTIONS:
        with pytest.raises(TrackError, match=problem):
            promote.promote(repo, address, stage)
    assert run_git(".", "for-each-ref") == before


def test_a_version_is_not_promoted_to_its_own_stage(repo):
    promote.promote(repo, "m@1", "staging")
    with pytest.raises(TrackError, match="m v1 is in staging already"):
        promote.promote(repo, "m@1", "staging")


def test_two_promotions_of_one_number_are_settled_by_promoting_again(repo):
    """Two clones gave the same number to promotions of different versions."""
    promote.promote(repo, "m@1", "staging")
    second = Registry(repo).find("m@2").commit
    run_git(".", "tag", "-am", "theirs", "m#canary#1", second)  # another stage is no conflict
    run_git(".", "tag", "-am", "theirs", "m#staging#01", second)
    subject = Registry(repo).model("m")
    assert len(subject.conflicts) == 1
    holder = subject.stages["staging"].short
    result = promote.promote(repo, f"m@{holder[1:]}", "staging", why="ours counts")
    assert (result.version.short, result.replaced, result.model.conflicts) == (holder, None, ())


def test_a_deprecated_version_or_model_goes_into_no_stage(repo):
    retire.deprecate(repo, "m@1")
    with pytest.raises(TrackError, match="m v1 is deprecated"):
        promote.promote(repo, "m@1", "staging")
    retire.deprecate(repo, "m")
    with pytest.raises(TrackError, match="m v2 is deprecated"):
        promote.promote(repo, "m@2", "staging")


def test_a_commit_that_was_never_registered_is_refused_with_the_command(repo):
    commit = run_values.commit(repo, 3).commit
    run_git(".", "tag", "-am", "promoted", "m#staging#1", commit)
    with pytest.raises(TrackError, match="was never registered") as caught:
        promote.promote(repo, "m@staging", "canary")
    assert caught.value.hint == f"register it: git track model register m {commit[:12]}"


def test_two_models_do_not_share_the_ref_of_a_stage(repo):
    """The stage b/c of the model m and the stage c of the model m/b have one ref."""
    register.register(repo, "m/b", run_values.commit(repo, 3))
    promote.promote(repo, "m/b@1", "c")
    with pytest.raises(TrackError, match="the stage b/c of m and the stage c of m/b") as caught:
        promote.promote(repo, "m@1", "b/c")
    assert caught.value.hint == "choose another name for the stage"
    assert promote.promote(repo, "m@1", "b/d").stage == "b/d"


def test_a_stage_that_git_track_stages_leaves_out_is_refused(repo):
    run_git(".", "config", "track.stages", "staging production")
    with pytest.raises(TrackError, match="'canary' is not allowed"):
        promote.promote(repo, "m@1", "canary")


# --- Demotions ------------------------------------------------------------------------------------


def test_a_version_leaves_all_its_stages_or_one(repo):
    for stage in ("staging", "canary", "qa"):
        promote.promote(repo, "m@1", stage)
    [(before, left)] = promote.demote(repo, "m@1", "canary", "too slow")
    assert (before.stages, left) == (("staging", "canary", "qa"), "canary")
    assert last_event(repo).why == "too slow"
    assert [left for _, left in promote.demote(repo, "m@1", None)] == ["staging", "qa"]
    assert Registry(repo).model("m").stages == {}


def test_an_address_by_stage_leaves_that_stage_only(repo):
    promote.promote(repo, "m@1", "staging")
    promote.promote(repo, "m@1", "canary")
    assert [left for _, left in promote.demote(repo, "m@canary", None)] == ["canary"]


def test_a_bare_name_needs_a_stage(repo):
    with pytest.raises(TrackError, match="which version of m is meant, or which stage") as caught:
        promote.demote(repo, "m", None)
    assert caught.value.code == 2


REFUSED_DEMOTIONS = (
    ("m@1", "stagin", TrackError, "m v1 is not in stagin", "did you mean staging?"),
    ("m@1", "zzz", TrackError, "m v1 is not in zzz", "it is in staging"),
    ("m@2", None, TrackError, "m v2 is not in any stage", "it is in development"),
    ("m", "qa", NoSuchModel, "m has no version in qa", "it has: staging (v1)"),
    ("n@1", None, NoSuchModel, "'n' does not exist", "there are: m"),
)


def test_a_refused_demotion_names_the_stages_that_exist(repo):
    promote.promote(repo, "m@1", "staging")
    before = run_git(".", "for-each-ref")
    for address, stage, error, message, hint in REFUSED_DEMOTIONS:
        with pytest.raises(error, match=message) as caught:
            promote.demote(repo, address, stage)
        assert caught.value.hint == hint
    assert run_git(".", "for-each-ref") == before
