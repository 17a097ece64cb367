"""Runs from refs, journals and bodies; one that cannot be read is marked and never hides the others."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git
from run_values import NO_REPO, raw, run_id

from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run import annotation_log, commit_message, events
from gittrack.core.run.run_info import DAMAGED, NEWER, RUNNING
from gittrack.read.runs import listing, reader
from gittrack.read.runs.reader import Raw

# --- decode -------------------------------------------------------------------------------------


def decode(run: Raw):
    return reader.decode(NO_REPO, run)


def test_a_body_is_decoded_with_what_the_ref_says():
    run = raw(name="base", params={"lr": 0.1}, metrics={"acc": 0.5})
    moved = decode(run._replace(id=run_id(9), experiment="other"))
    assert (moved.id, moved.experiment, moved.name) == (run_id(9), "other", "base")
    assert (moved.commit, moved.ref) == (run.commit, run.ref)
    assert (moved.params, moved.metrics["acc"].last) == ({"lr": 0.1}, 0.5)


def test_annotations_are_applied():
    line = annotation_log.line(annotation_log.NAME, "Ada", 0.0, name="new")
    assert decode(raw(name="old", annotations=annotation_log.parse(line))).name == "new"


def test_a_live_run_is_decoded_already():
    info = decode(raw())
    assert decode(Raw(info.id, "default", info=info)) is info


BAD_BODIES = {
    "no key": (b"\nwhat is this\n", "not a 'key: value' line"),
    "no text": (b"\nname: \xff\xfe\n", "codec can't decode"),
    "a wrong type": (b"\nseed: many\nstatus: finished\n", "seed"),
    "a wrong metric": (b'\nmetrics.a: {"last": "x"}\nstatus: finished\n', "last of a metric"),
    "a wrong time": (b"\nstarted: yesterday\nstatus: finished\n", "yesterday"),
    "nested too deeply": (b"\nparams.a: " + b"[" * 70 + b"]" * 70 + b"\n", "deep"),
    "too large": (b"\n" + b"x" * commit_message.MAX_BYTES, "larger than 16 MiB"),
}


@pytest.mark.parametrize(("body", "reason"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_cannot_be_decoded_is_a_damaged_run(body, reason):
    run = raw()
    info = decode(run._replace(body=body))
    assert (info.status, info.id, info.commit, info.ref) == (DAMAGED, run.id, run.commit, run.ref)
    assert reason in info.problem


def test_a_run_without_a_body_has_the_problem_that_was_seen():
    assert (
        decode(raw()._replace(body=None, problem="its ref has no value")).problem
        == "its ref has no value"
    )
    assert "its commit is missing" in decode(raw()._replace(body=None)).problem


def test_a_body_without_a_status_is_damaged():
    assert decode(raw(status=None)).status == DAMAGED


def test_damage_that_only_decoding_shows_is_counted():
    runs = [raw(1), raw(2)._replace(body=b"\nx\n"), raw(3)._replace(body=None)]
    assert reader.undecodable(runs, [decode(run) for run in runs]) == 1


@pytest.mark.parametrize(
    ("run", "is_newer"),
    [
        (raw(), False),
        (raw(format=2), True),
        (
            raw(format=2)._replace(body=b"\nformat: 2\nseed: [\n"),
            True,
        ),  # what it cannot read either
        (raw(format="2"), False),
        (raw()._replace(body=b"\nformat: [\n"), False),
        (raw()._replace(body=None), False),
        (raw()._replace(body=None, info=run_values.info(format=2)), True),
    ],
)
def test_runs_of_a_newer_format_are_named_and_are_no_damage(run, is_newer):
    assert reader.newer([run]) == ([run.id] if is_newer else [])
    if is_newer:
        assert decode(run).problem == NEWER
        assert reader.undecodable([run], [decode(run)]) == 0


# --- Lists --------------------------------------------------------------------------------------


def write(repo, number: int, **values):
    return run_values.commit(repo, number, **values)


def numbers(runs) -> list[int]:
    return [int(run.id[-8:], 16) for run in runs]


def test_runs_are_listed_newest_first_without_their_bodies(empty_repo):
    for number in (1, 3, 2):
        write(empty_repo, number)
    runs = listing.list_runs(empty_repo)
    assert numbers(runs) == [3, 2, 1]
    assert {run.body for run in runs} == {None}
    assert [run.body is not None for run in reader.bodies(empty_repo, runs)] == [True] * 3


def test_an_experiment_has_the_runs_of_those_below_it_only(empty_repo):
    for number, experiment in enumerate(("cifar", "cifar/resnet", "cifar2", "default"), 1):
        write(empty_repo, number, experiment=experiment)
    assert numbers(listing.list_runs(empty_repo, "cifar")) == [2, 1]
    assert listing.list_runs(empty_repo, "none") == []
    with pytest.raises(TrackError):
        listing.list_runs(empty_repo, "../x")


def live_run(repo, number: int, **facts) -> None:
    folder = Path(layout.live_dir(repo.common_dir), run_id(number))
    folder.mkdir(parents=True)
    stored = run_values.facts_of(number, **{"status": RUNNING, **facts})
    (folder / layout.EVENTS).write_bytes(events.line("start", values=stored))
    (folder / layout.SERIES).touch()


def test_live_runs_are_listed_with_their_values_once_they_are_not_committed(empty_repo):
    write(empty_repo, 1)
    live_run(empty_repo, 1)  # committed, and its journal is not removed yet
    live_run(empty_repo, 2, experiment="cifar")
    runs = listing.list_runs(empty_repo)
    assert [(run.info is None, run.experiment) for run in runs] == [
        (False, "cifar"),
        (True, "default"),
    ]
    assert numbers(listing.list_runs(empty_repo, "cifar")) == [2]
    assert reader.bodies(empty_repo, runs)[0] == runs[0]


def test_a_damaged_journal_is_listed_with_its_problem(empty_repo):
    live_run(empty_repo, 2)
    Path(layout.live_dir(empty_repo.common_dir), run_id(2), layout.EVENTS).write_bytes(b"x\n")
    [run] = listing.list_runs(empty_repo)
    assert (run.info.status, bool(run.problem)) == (DAMAGED, True)


def test_refs_that_are_no_runs_are_ignored_and_broken_ones_marked(empty_repo):
    run = write(empty_repo, 1)
    run_git(".", "update-ref", "refs/runs/default/not-an-id", run.commit)
    Path(empty_repo.common_dir, f"refs/runs/default/{run_id(2)}").write_text("")
    runs = listing.list_runs(empty_repo)
    assert [(run.commit is None, run.problem) for run in runs] == [
        (True, "its ref has no value"),
        (False, None),
    ]


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: "1" * 40, "its commit is missing"),
        (lambda: run_git(".", "commit-tree", "-m", "x", run_git(".", "write-tree")), "no body"),
        (lambda: run_git(".", "write-tree"), "no body"),
    ],
)
def test_a_ref_to_another_object_is_a_run_with_a_problem(empty_repo, make, problem):
    run = raw()
    Path(empty_repo.common_dir, "refs/runs/default").mkdir(parents=True)
    Path(empty_repo.common_dir, run.ref).write_text(make() + "\n")
    [read] = reader.bodies(empty_repo, listing.list_runs(empty_repo))
    assert read.body is None
    assert problem in read.problem


def test_notes_that_cannot_be_read_cost_a_warning_and_no_run(empty_repo, caplog):
    run = write(empty_repo, 1)
    run_git(".", "update-ref", layout.NOTES, run.commit)
    tree = run_git(".", "rev-parse", f"{run.commit}^{{tree}}")
    Path(empty_repo.common_dir, "objects", tree[:2], tree[2:]).unlink()
    with caplog.at_level(logging.WARNING, "gittrack"):
        assert numbers(listing.list_runs(empty_repo)) == [1]
    assert "names, tags and notes of runs are not complete" in caplog.text


# --- Files --------------------------------------------------------------------------------------


def test_a_file_of_a_run_or_none(empty_repo):
    run = write(empty_repo, 1, contents={"log": b"hello\n"})
    assert reader.content(empty_repo, run, layout.LOG) == b"hello\n"
    assert reader.content(empty_repo, run, layout.DIFF) is None
    assert reader.load_yaml(empty_repo, run, layout.DIFF) is None
    assert reader.load_yaml(empty_repo, run, layout.RUN)["id"] == run.id


def test_a_file_whose_object_is_lost_is_damage_and_not_an_absent_file(empty_repo):
    run = write(empty_repo, 1, contents={"log": b"hello\n"})
    blob = hashlib.sha1(b"blob 6\0hello\n").hexdigest()
    for oid in (blob, run_git(".", "rev-parse", f"{run.commit}^{{tree}}")):
        Path(empty_repo.common_dir, "objects", oid[:2], oid[2:]).unlink()
        with pytest.raises(Damaged, match=r"log\.txt of the run .* is missing"):
            reader.content(empty_repo, run, layout.LOG)


@pytest.mark.parametrize("text", ["a: [", "inputs: 5", "- 1", "inputs:\n  - size: 1\n"])
def test_a_yaml_file_of_a_wrong_form_is_damage(empty_repo, text):
    Path("file").write_text(text)
    oid = run_git(".", "hash-object", "-w", "file")
    run_git(".", "update-index", "--add", "--cacheinfo", f"100644,{oid},{layout.INPUTS}")
    commit = run_git(".", "commit-tree", "-m", "x", run_git(".", "write-tree"))
    with pytest.raises(Damaged) as caught:
        reader.load_yaml(empty_repo, raw()._replace(commit=commit), layout.INPUTS)
    assert caught.value.hint == "see: git track doctor"


def test_what_the_message_left_out_is_read_from_the_files(empty_repo):
    many = {f"p{number}": number for number in range(1001)}
    run = write(empty_repo, 1, params=many, name="x" * 5000)
    assert b"p500" not in run.body
    info = reader.decode(empty_repo, run)
    assert (info.params, info.name) == (many, "x" * 5000)
