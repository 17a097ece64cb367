"""The version of a model that an address means, and its run."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git
from run_values import event, model

from gittrack.core.errors import NoSuchRun
from gittrack.core.registry import names
from gittrack.core.registry.model_state import Version
from gittrack.read.registry import versions
from gittrack.read.registry.versions import NoSuchModel

THREE = (("m@v1.0.0", "c1"), ("m@v2.0.0", "c2"), ("m@v10.0.0", "c10"))

REPLACED = (("m#s#1", "c1"), ("m#s#2", "c2"), ("m#s#3", "c10"))


def select(address: str, *events) -> str:
    """Return the short name of the version that an address means after these events."""
    return versions.select(model(*THREE, *events), names.parse_address(address)).short


@pytest.mark.parametrize(
    ("address", "events", "expected"),
    [
        ("m", (), "v10"),
        ("m@latest", (), "v10"),
        ("m@1", (), "v1"),
        ("m@v1.0.0", (), "v1"),
        ("m@production", (("m#production#1", "c1"),), "v1"),
        ("m@development", (), "v10"),  # the highest version that is in no stage
        ("m@development", (("m#production#1", "c10"),), "v2"),
        ("m@archived", (("m#s#1", "c1"), ("m#s#2", "c2")), "v1"),
        ("m", (("m@v10.0.0!#1", "c10"),), "v2"),  # deprecated versions are not the latest
        ("m@10", (("m@v10.0.0!#1", "c10"),), "v10"),  # but can be named
        ("m@archived", (*REPLACED, ("m@v2.0.0!#4", "c2")), "v1"),
        ("m@s", (("m#s#1", "0123456789"),), "01234567"),
    ],
)
def test_an_address_means_one_version(address, events, expected):
    assert select(address, *events) == expected


@pytest.mark.parametrize(
    ("address", "events", "problem", "hint"),
    [
        ("m@3", (), "m has no version v3", "did you mean v"),
        ("m@77.5.6-rc", (), "m has no version v77.5.6-rc", "there are: v1, v2, v10"),
        (
            "m@production",
            (),
            "no version in production",
            "promote one: git track model promote m@latest",
        ),
        ("m@qa", (("m#staging#1", "c2"),), "no version in qa", "it has: staging (v2)"),
        ("m@stagin", (("m#staging#1", "c2"),), "no version in stagin", "did you mean staging?"),
        ("m@archived", (), "no version in archived", "promote one"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(address, events, problem, hint):
    with pytest.raises(NoSuchModel) as caught:
        select(address, *events)
    assert problem in caught.value.message
    assert hint in caught.value.hint


def test_a_model_without_a_current_version_has_no_latest():
    deprecated = [(f"{tag}!#{n}", commit) for n, (tag, commit) in enumerate(THREE, 1)]
    with pytest.raises(NoSuchModel, match="every version of m is deprecated"):
        select("m", *deprecated)
    with pytest.raises(NoSuchModel, match="no version of m is registered here"):
        versions.select(model(("m#s#1", "c1")), names.parse_address("m"))


def test_of_many_versions_the_newest_are_listed():
    many = model(*((f"m@v{number}.0.0", f"c{number}") for number in range(1, 10)))
    with pytest.raises(NoSuchModel) as caught:
        versions.select(many, names.parse_address("m@1234.5.6"))
    assert caught.value.hint == "there are: v4, v5, v6, v7, v8, v9 and 3 older"


def test_only_a_stage_of_a_version_or_a_derived_one_has_a_holder():
    subject = model(*THREE, ("m#s#1", "c1"))
    holders = {s: versions.in_stage(subject, s) for s in ("s", "development", "archived", "x")}
    assert {s: v and v.short for s, v in holders.items()} == {
        **{"s": "v1", "development": "v10", "archived": None, "x": None}
    }


# --- The run of a version -----------------------------------------------------------------------


def version(commit: str) -> Version:
    return Version("m", "v1.0.0", commit, event("m@v1.0.0", commit))


def test_the_run_of_a_version_is_read_from_its_commit_even_without_its_ref(empty_repo):
    run = run_values.commit(empty_repo, experiment="cifar", metrics={"acc": 0.5})
    run_git(".", "update-ref", "-d", run.ref)
    assert versions.run_of(empty_repo, version(run.commit)) == run._replace(ref=None)


BODIES = (
    "first commit",
    "a\n\nFixes: a bug",
    'a\n\nexperiment: default\nid: not-an-id\nstarted: "x"',
    "a\n\nexperiment: default\nid: 5\nstarted: x",
    "a\n\nexperiment: default\nid: 20260301-000000-00000001",
    'a\n\nexperiment: default\nid: "no end',
)


def test_a_commit_of_code_is_no_run(empty_repo):
    """GTO registers such commits."""
    tree = run_git(".", "write-tree")
    for body in BODIES:
        commit = run_git(".", "commit-tree", "-m", body, tree)
        with pytest.raises(
            NoSuchRun, match=f"m v1 is the commit {commit[:12]}, which is not a run"
        ):
            versions.run_of(empty_repo, version(commit))


def test_a_missing_commit_is_no_run(empty_repo):
    with pytest.raises(NoSuchRun):
        versions.run_of(empty_repo, version("1" * 40))
