"""Which version a run gets, what its tag says, and what is refused."""

from __future__ import annotations

import hashlib

import pytest
import run_values
from helpers import git as run_git

from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import DAMAGED, RUNNING, RunInfo
from gittrack.models import promote, register, retire
from gittrack.read.registry.models import Registry
from gittrack.read.runs.reader import Raw


def add(repo, run: Raw | int, name: str = "m", **options):
    if isinstance(run, int):
        run = run_values.commit(repo, run)
    return register.register(repo, name, run, **options)[1]


# --- Numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "requested", "number"),
    [
        ([], None, "v1.0.0"),
        ([], "0.3.1", "v0.3.1"),
        (["1"], None, "v2.0.0"),
        (["1", "2.5.0"], None, "v3.0.0"),
        (["10", "9"], None, "v11.0.0"),
        (["1.0.0-rc.1"], None, "v2.0.0"),
        (["1.0.0-rc.1"], "1", "v1.0.0"),
        (["3"], "2", "v2.0.0"),  # a number between others may be filled
    ],
)
def test_the_number_of_the_next_version(empty_repo, before, requested, number):
    for position, version in enumerate(before):
        add(empty_repo, position, version=version)
    assert add(empty_repo, 50, version=requested).number == number


def test_a_version_that_exists_is_refused_in_every_spelling(empty_repo):
    add(empty_repo, 1, version="1.2.0")
    run = run_values.commit(empty_repo, 2)
    for spelling in ("1.2.0", "v1.2.0"):
        with pytest.raises(TrackError, match=r"m has a version v1\.2\.0 already"):
            add(empty_repo, run, version=spelling)


def test_a_number_that_a_stage_still_mentions_is_not_used_again(empty_repo):
    add(empty_repo, 1), add(empty_repo, 2)
    promote.promote(empty_repo, "m@2", "staging")
    retire.remove(empty_repo, "m@2", force=True)
    assert Registry(empty_repo).model("m").numbers == ("v1.0.0",)
    assert add(empty_repo, 3).number == "v3.0.0"


def test_a_number_of_a_version_that_never_was_in_a_stage_is_free_again(empty_repo):
    add(empty_repo, 1), add(empty_repo, 2)
    retire.remove(empty_repo, "m@2")
    assert add(empty_repo, 3).number == "v2.0.0"


def test_a_deprecated_version_comes_back_or_its_run_gets_another_number(empty_repo):
    run = run_values.commit(empty_repo, 1)
    add(empty_repo, run)
    retire.deprecate(empty_repo, "m@1")
    again = add(empty_repo, run)
    assert (again.number, again.deprecated, again.event.mark.number) == ("v1.0.0", False, 2)
    retire.deprecate(empty_repo, "m@1")
    assert add(empty_repo, run, version="7").number == "v7.0.0"


def test_a_deprecated_model_takes_no_version_and_says_how_to_undo_that(empty_repo):
    add(empty_repo, 1)
    retire.deprecate(empty_repo, "m")
    with pytest.raises(TrackError, match="the model m is deprecated") as caught:
        add(empty_repo, 2)
    undo = caught.value.hint.removeprefix("undo the deprecation: git ")
    run_git(".", *undo.split())
    assert add(empty_repo, 2).number == "v2.0.0"


# --- Names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "m@1", "m#x", "-m", "a b", "m.lock/x", "../m", "a" * 101])
def test_a_name_that_no_tag_can_have_is_refused_before_anything_is_written(empty_repo, name):
    run = run_values.commit(empty_repo)
    with pytest.raises(TrackError, match="cannot be the name of a model"):
        add(empty_repo, run, name)
    assert run_git(".", "for-each-ref", "refs/tags") == ""


def test_names_that_differ_in_capital_letters_would_be_one_file(empty_repo):
    run = run_values.commit(empty_repo)
    add(empty_repo, run, "Net")
    with pytest.raises(TrackError, match="net and the model Net differ only") as caught:
        add(empty_repo, run, "net")
    assert caught.value.hint == "write Net, or choose another name"
    assert add(empty_repo, run, "net2").number == "v1.0.0"


def test_a_model_in_a_folder(empty_repo):
    version = add(empty_repo, 1, "vision:net")
    assert version.event.tag == "vision=net@v1.0.0"


# --- The run ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "hint"),
    [(RUNNING, "wait until the run ends"), ("crashed", "commit the run: git track recover")],
)
def test_a_run_without_a_commit_is_refused(empty_repo, status, hint):
    info = RunInfo(run_values.run_id(1), "default", status)
    with pytest.raises(TrackError, match=f"is {status}, not committed yet") as caught:
        add(empty_repo, Raw(info.id, info.experiment, info=info))
    assert caught.value.hint == hint


def test_a_damaged_run_is_refused(empty_repo):
    run = run_values.commit(empty_repo)._replace(body=b"\nnonsense\n")
    with pytest.raises(TrackError, match=f"is {DAMAGED}: not a 'key: value' line"):
        add(empty_repo, run)


def test_the_tag_has_the_facts_of_the_run(empty_repo):
    run = run_values.commit(
        empty_repo,
        name="base",
        experiment="cifar",
        metrics={"acc": 0.9},
        fingerprint="0" * 12,
        artifacts={"model.bin": b"weights"},
    )
    add(empty_repo, run, why="the first")
    facts = dict(Registry(empty_repo).find("m@1").facts)
    assert facts.pop("by") == run_values.AUTHOR
    del facts["at"]
    digest = hashlib.sha256(b"weights").hexdigest()
    assert facts == {
        **{"model": "m", "version": "v1.0.0", "run": run.id, "experiment": "cifar"},
        **{"name": "base", "status": "finished", "fingerprint": "0" * 12, "why": "the first"},
        **{"metrics": {"acc": 0.9}},
        "artifacts": [{"path": "model.bin", "sha256": digest, "size": 7}],
    }


def test_over_a_thousand_metrics_are_left_out_of_the_tag(empty_repo):
    many = {f"m{number:04d}": 1.0 for number in range(1001)}
    assert add(empty_repo, run_values.commit(empty_repo, 1, metrics=many)).facts["metrics"] == {}
    del many["m0000"]
    facts = add(empty_repo, run_values.commit(empty_repo, 2, metrics=many)).facts
    assert len(facts["metrics"]) == 1000


# --- Artifacts ----------------------------------------------------------------------------------

FILES = {"a.bin": b"a", "dir/b.bin": b"b", "dir/c.bin": b"c", "dir2/d.bin": b"d"}


@pytest.mark.parametrize(
    ("chosen", "paths"),
    [
        ((), ["a.bin", "dir/b.bin", "dir/c.bin", "dir2/d.bin"]),
        (("a.bin",), ["a.bin"]),
        (("dir",), ["dir/b.bin", "dir/c.bin"]),
        (("dir/c.bin", "dir"), ["dir/c.bin", "dir/b.bin"]),  # each once
    ],
)
def test_the_artifacts_of_a_version_are_files_or_folders_of_the_run(empty_repo, chosen, paths):
    run = run_values.commit(empty_repo, artifacts=FILES)
    lines = add(empty_repo, run, artifacts=chosen).facts["artifacts"]
    assert [line["path"] for line in lines] == paths


def test_an_artifact_that_the_run_does_not_have_is_refused_with_what_it_has(empty_repo):
    run = run_values.commit(empty_repo, artifacts=FILES)
    for name, hint in (
        ("dir/b.bim", "did you mean dir/b.bin"),
        ("zzz", "it has: a.bin, dir/b.bin"),
    ):
        with pytest.raises(TrackError, match="has no artifact") as caught:
            add(empty_repo, run, artifacts=[name])
        assert caught.value.hint.startswith(hint)
    bare = run_values.commit(empty_repo, 2)
    with pytest.raises(TrackError) as caught:
        add(empty_repo, bare, artifacts=["zzz"])
    assert caught.value.hint == "it has: none"
