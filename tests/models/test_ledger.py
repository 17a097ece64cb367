"""One transaction of the registry: all of its tags and refs, or none; read again if others were faster."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git
from run_values import model

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.registry import names, tag_message
from gittrack.core.registry.names import PROMOTE, REGISTER, Mark
from gittrack.git.refs import Ref
from gittrack.models import ledger, promote, register
from gittrack.models.ledger import Draft, RegistryChange
from gittrack.read.registry.models import Registry

STAGING = "refs/models/m/staging"
ZERO = "0" * len("m@v1.0.0")  # here the id of a tag is its name


def state(**stage_refs: str) -> Registry:
    refs = [Ref(f"refs/models/m/{stage}", oid) for stage, oid in stage_refs.items()]
    return Registry(run_values.NO_REPO, refs)


# --- moves: what the refs of stages must become -----------------------------------------------------

TWO = (("m@v1.0.0", "c1"), ("m@v2.0.0", "c2"))


@pytest.mark.parametrize(
    ("refs", "events", "commands"),
    [
        ({}, (), []),
        ({}, [("m#staging#1", "c1")], [f"update {STAGING}\0m@v1.0.0\0{ZERO}"]),
        ({"staging": "m@v1.0.0"}, [("m#staging#1", "c1")], []),
        ({"staging": "x"}, [("m#staging#1", "c2")], [f"update {STAGING}\0m@v2.0.0\0x"]),
        (
            {"staging": "x"},
            [("m#staging#1", "c1"), ("m#staging!#2", "c1")],
            [f"delete {STAGING}\0x"],
        ),
        ({}, [("m#staging#1", "c1"), ("m#staging!#2", "c1")], []),
        ({"other": "x"}, [("m#staging#1", "c1"), ("m#staging!#2", "c1")], []),
    ],
)
def test_a_stage_ref_follows_the_events_and_an_unknown_ref_stays(refs, events, commands):
    assert ledger.moves(state(**refs), model(*TWO, *events)) == commands


def test_the_refs_of_several_stages_are_in_order_of_their_names():
    after = model(*TWO, ("m#b#1", "c1"), ("m#a#2", "c2"))
    refs = [command.partition("\0")[0] for command in ledger.moves(state(), after)]
    assert refs == ["update refs/models/m/a", "update refs/models/m/b"]


def test_a_commit_without_a_version_is_in_the_stage_itself():
    assert ledger.moves(state(), model(("m#staging#1", "c9"))) == [f"update {STAGING}\0c9\0" + "00"]


def test_a_ref_keeps_the_original_tag_of_a_commit_whose_tag_is_gone(empty_repo):
    """It may be the last thing that has the tag object."""
    run = run_values.commit(empty_repo)
    version = register.register(empty_repo, "m", run)[1]
    promote.promote(empty_repo, "m@1", "staging")
    run_git(".", "tag", "-d", "m@v1.0.0")
    now = Registry(empty_repo)
    assert now.model("m").stages["staging"].number == ""
    assert ledger.moves(now, now.model("m")) == []
    assert now.stage_refs == {STAGING: version.event.oid}


# --- change -------------------------------------------------------------------------------------


@pytest.fixture
def run(empty_repo):
    return run_values.commit(empty_repo)


def draft(run, number: int = 1, **more) -> Draft:
    version = f"v{number}.0.0"
    facts = {"model": "m", "version": version}
    mark = Mark("m", REGISTER, version)
    return Draft(
        mark, run.commit, ("register", f"m {version}"), facts, **{"counted": False, **more}
    )


def promotion(run, stage: str) -> Draft:
    return Draft(
        Mark("m", PROMOTE, "", stage), run.commit, ("promote", f"m to {stage}"), {"stage": stage}
    )


def write(repo, *drafts, removed=()):
    return ledger.change(repo, "m", lambda now, before: RegistryChange(drafts, removed), "test")


def test_a_change_makes_its_tags_and_moves_its_refs_together(empty_repo, run):
    after, events = write(empty_repo, draft(run), promotion(run, "staging"), promotion(run, "qa"))
    assert [event.tag for event in events] == ["m@v1.0.0", "m#staging#1", "m#qa#2"]
    assert after.stages.keys() == {"qa", "staging"}
    listed = run_git(".", "for-each-ref", "--format=%(refname) %(objectname)", "refs/models")
    assert listed.split("\n") == [f"refs/models/m/{s} {events[0].oid}" for s in ("qa", "staging")]
    assert Registry(empty_repo).model("m") == after


def test_the_tag_says_who_and_when_and_is_one_that_git_accepts(empty_repo, run):
    _, [written] = write(empty_repo, draft(run))
    text = tag_message.parse(run_git(".", "cat-file", "tag", "m@v1.0.0").encode())
    assert (text.person, text.commit, text.name) == (run_values.AUTHOR, run.commit, "m@v1.0.0")
    assert text.facts["by"] == run_values.AUTHOR
    assert text.facts["at"] == written.at
    assert run_git(".", "fsck", "--strict", "--no-dangling") == ""


def test_the_times_of_tags_increase_because_gto_orders_events_by_them(empty_repo, run):
    _, events = write(empty_repo, draft(run), promotion(run, "a"), promotion(run, "b"))
    seconds = [event.text.seconds for event in events]
    assert seconds == sorted(set(seconds))
    _, [later] = write(empty_repo, promotion(run, "c"))
    assert later.text.seconds > seconds[-1]


def test_the_number_of_an_event_follows_those_of_other_clones(empty_repo, run):
    write(empty_repo, draft(run))
    run_git(".", "update-ref", "refs/remotes/origin/tags/m#qa#7", run.commit)
    assert write(empty_repo, promotion(run, "staging"))[1][0].tag == "m#staging#8"


def test_a_change_without_events_corrects_the_refs(empty_repo, run):
    after, _ = write(empty_repo, draft(run), promotion(run, "staging"))
    run_git(".", "update-ref", STAGING, run.commit)
    assert write(empty_repo) == (after, [])
    assert run_git(".", "rev-parse", STAGING) == after.stages["staging"].event.oid


def test_a_removed_tag_is_deleted_only_if_it_is_still_the_same(empty_repo, run):
    _, [written] = write(empty_repo, draft(run))
    with pytest.raises(git.GitError):
        write(empty_repo, removed=[(written.tag, run.commit)])
    assert write(empty_repo, draft(run, 2), removed=[(written.tag, written.oid)])[0].numbers == (
        "v2.0.0",
    )
    assert run_git(".", "tag") == "m@v2.0.0"


def test_a_removed_tag_may_be_written_again_in_the_same_change(empty_repo, run):
    _, [written] = write(empty_repo, draft(run))
    with pytest.raises(
        TrackError, match=r"the tag m@v1\.0\.0 exists already, but is not a version"
    ):
        write(empty_repo, draft(run))
    assert run_git(".", "tag") == written.tag


def test_the_decision_is_made_again_if_somebody_was_faster(empty_repo, run):
    states = []

    def decide(now: Registry, before: object) -> RegistryChange:
        states.append(list(now.stage_refs))
        if len(states) == 1:
            write_ref(STAGING)
        return RegistryChange([draft(run), promotion(run, "staging")])

    def write_ref(ref: str) -> None:
        run_git(".", "update-ref", ref, run.commit)

    after, events = ledger.change(empty_repo, "m", decide, "test")
    assert states == [[], [STAGING]]
    assert run_git(".", "rev-parse", STAGING) == events[0].oid == after.stages["staging"].event.oid


def test_an_error_of_git_that_nobody_else_caused_is_raised_at_once(empty_repo, run):
    calls = []

    def decide(now: Registry, before: object) -> RegistryChange:
        calls.append(1)
        return RegistryChange([draft(run)], [("m@v9.0.0", "f" * 40)])  # no such tag

    with pytest.raises(git.GitError):
        ledger.change(empty_repo, "m", decide, "test")
    assert len(calls) == 1
    assert run_git(".", "for-each-ref", "refs/tags", "refs/models") == ""


def test_the_model_that_a_caller_read_is_used_while_its_tags_are_the_same(empty_repo, run):
    write(empty_repo, draft(run))
    now = Registry(empty_repo)
    basis = ledger.Basis({}, now, now.model("m"))
    seen = []

    def decide(now: Registry, before: object) -> RegistryChange:
        seen.append(before)
        return RegistryChange([promotion(run, "qa")])

    ledger.change(empty_repo, "m", decide, "test", basis)
    ledger.change(empty_repo, "m", decide, "test", basis)
    assert seen[0] is basis.model
    assert seen[1].stages.keys() == {"qa"}


def test_a_number_that_is_too_long_to_be_read_again_is_refused(empty_repo, run):
    write(empty_repo, draft(run))
    run_git(".", "tag", "-am", "x", f"m#qa#{'9' * 15}", run.commit)
    with pytest.raises(TrackError, match="whose number is too long"):
        write(empty_repo, promotion(run, "staging"))


def test_a_ref_that_cannot_be_written_is_an_error_with_the_folder(empty_repo, run):
    with open(f"{empty_repo.common_dir}/gittrack", "w"):
        pass  # a file at the path of the folder
    with pytest.raises(TrackError, match="the model m cannot be changed in") as caught:
        write(empty_repo, draft(run))
    assert "writable" in caught.value.hint


def test_clear_drops_a_ref_without_a_value(empty_repo, run):
    after, _ = write(empty_repo, draft(run), promotion(run, "staging"))
    with open(f"{empty_repo.common_dir}/{STAGING}", "w"):
        pass  # as a power failure leaves it
    now = Registry(empty_repo)
    assert now.stage_refs == {STAGING: ""}
    ledger.clear(empty_repo, now, after)
    assert now.stage_refs == {}
    assert ledger.moves(now, after)[0].startswith(f"update {names.stage_ref('m', 'staging')}\0")
