"""The registry of a repository: all its models, one of them, or an overview that reads few tags."""

from __future__ import annotations

from pathlib import Path

import pytest
import run_values
from helpers import git as run_git
from hypothesis import given
from hypothesis import strategies as st
from run_values import AUTHOR, NO_REPO

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.registry import names, tag_message
from gittrack.core.registry.model_state import Model
from gittrack.git import objects
from gittrack.git.refs import Ref
from gittrack.read.registry import models
from gittrack.read.registry.models import Registry
from gittrack.read.registry.versions import NoSuchModel


@pytest.fixture
def commits(empty_repo):
    """Three commits that versions can be."""
    return [run_values.commit(empty_repo, number).commit for number in range(3)]


def tag(name: str, commit: str, ref: str = names.TAGS, **facts) -> str:
    """Write a tag of the registry, and return its id."""
    repo = git.find()
    text = tag_message.message(("register", "x"), {**facts, "by": AUTHOR})
    data = tag_message.payload(commit, name, AUTHOR, 0, text)
    oid = objects.Store(git.object_store_path(repo), repo.hash_name).keep(b"tag", data)
    run_git(".", "update-ref", f"{ref}{name}", oid)
    return oid


# --- Names, without reading a tag ---------------------------------------------------------------


def listed(*refs: str) -> Registry:
    return Registry(NO_REPO, [Ref(ref, f"id of {ref}") for ref in refs])


def test_refs_are_tags_stages_and_tags_of_other_clones():
    registry = listed(
        "refs/tags/m@v1.0.0",
        "refs/tags/release",
        "refs/models/m/qa",
        "refs/remotes/bob/tags/n@v1.0.0",
    )
    assert registry.tags.models() == ["m"]
    assert registry.stage_refs == {"refs/models/m/qa": "id of refs/models/m/qa"}
    assert [entry.source for entry in registry.others.of("n")] == ["bob"]
    assert ("m" in registry, "n" in registry, "release" in registry) == (True, False, False)


def test_a_remote_may_have_slashes_in_its_name_and_a_tag_too():
    registry = listed("refs/remotes/team/bob/tags/a/b@v1.0.0")
    [entry] = registry.others.of("a/b")
    assert (entry.source, entry.tag) == ("team/bob", "a/b@v1.0.0")


@pytest.mark.parametrize(
    ("name", "hint"), [("resnet", "did you mean resnet18?"), ("zzz", "there are: lstm, resnet18")]
)
def test_an_unknown_model_is_refused_with_those_that_exist(empty_repo, name, hint):
    registry = Registry(
        empty_repo, [Ref(f"refs/tags/{m}@v1.0.0", "x") for m in ("resnet18", "lstm")]
    )
    with pytest.raises(NoSuchModel, match=f"the model '{name}' does not exist") as caught:
        registry.model(name)
    assert caught.value.hint == hint


def test_an_empty_registry_says_how_to_begin(empty_repo):
    registry = Registry(empty_repo)
    assert (registry.every(), registry.overview()) == ([], [])
    with pytest.raises(NoSuchModel) as caught:
        registry.model("m")
    assert caught.value.hint == "register one: git track model register NAME RUN"
    with pytest.raises(TrackError, match="cannot be the name of a model"):
        registry.model("a b")


# --- Events -------------------------------------------------------------------------------------


def test_all_models_are_read_by_name(commits, empty_repo):
    tag("b@v1.0.0", commits[0]), tag("a@v1.0.0", commits[1]), tag("a#qa#1", commits[1])
    a, b = Registry(empty_repo).every()
    assert (a.name, b.name, a.stages["qa"].commit) == ("a", "b", commits[1])
    assert Registry(empty_repo).model("a") == a


def test_tags_that_are_no_annotated_tags_of_commits_are_no_events(commits, empty_repo):
    run_git(".", "tag", "m@v1.0.0", commits[0])
    run_git(".", "tag", "-am", "of a tree", "m@v2.0.0", f"{commits[0]}^{{tree}}")
    with pytest.raises(NoSuchModel, match="has no annotated tag of a commit") as caught:
        Registry(empty_repo).model("m")
    assert "refs/tags/m[@#]*" in caught.value.hint
    tag("m@v3.0.0", commits[1])
    assert Registry(empty_repo).model("m").numbers == ("v3.0.0",)


def test_a_tag_whose_object_is_lost_is_named_and_the_others_are_read(commits, empty_repo):
    oid = tag("m@v1.0.0", commits[0])
    tag("m@v2.0.0", commits[1])
    Path(empty_repo.common_dir, "objects", oid[:2], oid[2:]).unlink()
    registry = Registry(empty_repo)
    assert registry.model("m").numbers == ("v2.0.0",)
    assert registry.damaged == {"m@v1.0.0": "its object is missing"}


def test_a_tag_of_another_clone_with_the_same_name_is_a_conflict(commits, empty_repo):
    tag("m@v1.0.0", commits[0])
    tag("m@v1.0.0", commits[1], "refs/remotes/bob/tags/")
    tag("m@v2.0.0", commits[1], "refs/remotes/bob/tags/")  # only there: no conflict
    [conflict] = Registry(empty_repo).model("m").conflicts
    assert (conflict.ours.text.commit, conflict.theirs.text.commit, conflict.source) == (
        *commits[:2],
        "bob",
    )


def test_the_highest_number_counts_all_clones(commits, empty_repo):
    tag("m@v1.0.0", commits[0]), tag("m#qa#3", commits[0])
    assert Registry(empty_repo).highest_number("m") == 3
    tag("m#qa#12", commits[0], "refs/remotes/bob/tags/")
    registry = Registry(empty_repo)
    assert (registry.highest_number("m"), registry.highest_number("none")) == (12, 0)


# --- The overview -------------------------------------------------------------------------------

OVERVIEW_TAGS = (
    *("m@v1.0.0", "m@v2.0.0", "m@v3.0.0", "m@v2.0.0!#4", "m@v3.0.0!#9"),
    *("m#qa#1", "m#qa#2", "m#qa!#3", "m#prod#5", "m#prod!#6", "m#prod#7", "m@deprecated"),
)


COMMITS = st.sampled_from(("1" * 40, "2" * 40, "3" * 40))
STATED = st.sampled_from((None, "v1.0.0", "v2.0.0", "v3.0.0", "v9.0.0"))  # a message may be wrong


class InMemory(Registry):
    """A registry whose tags are values: {tag: (commit, the version in its message)}."""

    def __init__(self, tags: dict[str, tuple[str, str | None]]) -> None:
        super().__init__(NO_REPO, [Ref(names.TAGS + name, name) for name in tags])
        self.contents = tags
        self.read: list[str] = []

    def _contents(self, entries):
        self.read += [entry.tag for entry in entries]
        return [self._content(entry) for entry in entries]

    def _content(self, entry):
        commit, stated = self.contents[entry.tag]
        text = tag_message.message(("promote", "x"), {"version": stated, "by": AUTHOR})
        return tag_message.payload(commit, entry.tag, AUTHOR, 0, text)

    def _clashing(self, model, tags):
        return []


@given(st.dictionaries(st.sampled_from(OVERVIEW_TAGS), st.tuples(COMMITS, STATED), min_size=1))
def test_an_overview_agrees_with_a_reading_of_all_tags(tags):
    [whole], [overview] = InMemory(tags).every(), InMemory(tags).overview()
    assert names_of(overview) == names_of(whole)


def names_of(model: Model) -> tuple:
    """Return what an overview is for: whether a version was in a stage before is not known to it."""
    stages = {stage: (version.number, version.commit) for stage, version in model.stages.items()}
    return model.latest and model.latest.number, stages, model.numbers


def test_an_overview_reads_few_tags():
    commits = {f"m@v{number}.0.0": (str(number) * 40, None) for number in range(1, 8)}
    stages = {f"m#qa#{number}": (str(number) * 40, f"v{number}.0.0") for number in range(1, 6)}
    registry = InMemory({**commits, **stages})
    [model] = registry.overview()
    assert sorted(set(registry.read)) == ["m#qa#5", "m@v5.0.0", "m@v7.0.0"]
    assert (model.latest.short, model.stages["qa"].short, len(model.numbers)) == ("v7", "v5", 7)


# --- Labels and addresses -----------------------------------------------------------------------


def test_every_version_has_a_label_for_its_commit(commits, empty_repo):
    tag("m@v1.0.0", commits[0]), tag("m@v2.0.0", commits[1])
    tag("m#staging#1", commits[1]), tag("m#production#2", commits[1])
    assert models.registered(empty_repo) == {
        commits[0]: "m v1",
        commits[1]: "m v2 (production, staging)",
    }


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("m@1", "v1"),
        ("m@latest", "v1"),
        ("m", None),
        ("other@1", None),
        ("@~1", None),
        ("m@~1", None),
    ],
)
def test_an_address_that_names_no_model_is_none(commits, empty_repo, address, expected):
    tag("m@v1.0.0", commits[0])
    version = models.version_at(empty_repo, address)
    assert (version and version.short) == expected
    with pytest.raises(NoSuchModel, match="m has no version v7"):
        models.version_at(empty_repo, "m@7")
