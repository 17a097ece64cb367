"""Changes of the registry: tags and stage refs move together, or not at all."""

from __future__ import annotations

import pytest
from helpers import git as run_git
from helpers import record

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.models import ledger, promote, register, repair, retire
from gittrack.models.gates import PromotionRefused
from gittrack.models.ledger import RegistryChange
from gittrack.read.registry.models import Registry, registered, version_at
from gittrack.read.registry.versions import NoSuchModel
from gittrack.read.runs import resolve


@pytest.fixture
def repo(project):
    for name in ("a", "b"):
        record(name, {"loss": 0.5})
    return git.find()


def add(repo: git.Repo, run: str = "a", name: str = "m", **options):
    return register.register(repo, name, resolve.resolve(repo, run), **options)[1]


def stage_ref(stage: str) -> str:
    return run_git(".", "for-each-ref", "--format=%(objectname)", f"refs/models/m/{stage}")


def test_versions_count_up_by_whole_numbers(repo):
    assert add(repo, "a").number == "v1.0.0"
    assert add(repo, "b", version="3.1.0").number == "v3.1.0"
    record("c")
    assert add(repo, "c").number == "v4.0.0"


def test_a_run_is_one_version_of_a_model_and_a_version_one_run(repo):
    add(repo, "a")
    with pytest.raises(TrackError, match="this run is m v1 already"):
        add(repo, "a")
    with pytest.raises(TrackError, match="m has a version v1 already"):
        add(repo, "b", version="1")
    with pytest.raises(TrackError, match="differ only in capital letters"):
        add(repo, "b", name="M")


def test_a_run_of_a_deprecated_version_gets_that_version_again(repo):
    add(repo, "a")
    retire.deprecate(repo, "m@1")
    assert Registry(repo).model("m").versions[0].deprecated
    version = add(repo, "a")
    assert (version.number, version.deprecated) == ("v1.0.0", False)


def test_a_promotion_moves_the_stage_ref_with_the_tag(repo):
    first, second = add(repo, "a"), add(repo, "b")
    assert promote.promote(repo, "m@1", "staging").replaced is None
    assert stage_ref("staging") == first.event.oid
    result = promote.promote(repo, "m@2", "staging", why="better")
    assert (result.came_from, result.replaced.short) == ("development", "v1")
    assert stage_ref("staging") == second.event.oid
    assert [event.why for event in promote.history(result.model, "staging")] == ["", "better"]


def test_a_demotion_empties_the_stage(repo):
    add(repo, "a"), add(repo, "b")
    promote.promote(repo, "m@1", "staging")
    promote.promote(repo, "m@2", "staging")
    [(version, stage)] = promote.demote(repo, "m", "staging")
    assert (version.short, stage) == ("v2", "staging")
    assert stage_ref("staging") == ""
    assert Registry(repo).model("m").stages == {}
    with pytest.raises(TrackError, match="m v2 is not in any stage"):
        promote.demote(repo, "m@2", None)


def test_a_requirement_is_refused_with_the_actual_value(repo):
    add(repo)
    with pytest.raises(PromotionRefused, match=r"loss.*0\.5"):
        promote.promote(repo, "m@1", "staging", require="loss < 0.1", force=True)
    assert stage_ref("staging") == ""


def test_a_version_that_was_in_a_stage_is_removed_with_force_only(repo):
    add(repo)
    promote.promote(repo, "m@1", "staging")
    with pytest.raises(TrackError, match="m v1 has been in staging"):
        retire.remove(repo, "m@1")
    retire.remove(repo, "m@1", force=True)
    assert stage_ref("staging") == ""
    assert add(repo, "b").number == "v2.0.0"  # a number is not used again


def test_a_refused_decision_writes_nothing(repo):
    add(repo)
    before = run_git(".", "for-each-ref")

    def decide(state: Registry, model: object) -> RegistryChange:
        raise TrackError("no", "never")

    with pytest.raises(TrackError, match="no"):
        ledger.change(repo, "m", decide, "test")
    assert run_git(".", "for-each-ref") == before


def test_a_stage_ref_of_another_tool_is_corrected(repo):
    first, second = add(repo, "a"), add(repo, "b")
    promote.promote(repo, "m@1", "staging")
    run_git(".", "update-ref", names.stage_ref("m", "staging"), second.event.oid)
    run_git(".", "update-ref", names.stage_ref("m", "other"), second.event.oid)
    [corrected, orphan] = repair.repair(repo)
    assert corrected == ("refs/models/m/staging", "v2", "v1", "")
    assert orphan.problem.startswith("it has no tag")
    assert stage_ref("staging") == first.event.oid


def test_addresses_are_found_or_refused_with_what_exists(repo):
    version = add(repo)
    state = Registry(repo)
    assert state.find("m") == state.find("m@1") == state.find("m@latest")
    assert registered(repo) == {version.commit: "m v1"}
    assert version_at(repo, "m@1").commit == version.commit
    assert version_at(repo, "none@1") is None
    assert version_at(repo, "m") is None
    for address, hint in (
        ("m@7", "did you mean v1?"),
        ("m@staging", "promote one"),
        ("n", "there are: m"),
    ):
        with pytest.raises(NoSuchModel) as caught:
            state.find(address)
        assert hint in caught.value.hint
    with pytest.raises(NoSuchModel):
        version_at(repo, "m@7")
