"""Artifacts whose content is gone although their run says that it was kept."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
import run_values
from helpers import git

from gittrack.core import layout
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large import sent
from gittrack.read import doctor_artifacts, doctor_objects, doctor_runs
from gittrack.read.doctor_artifacts import Loss
from gittrack.read.doctor_objects import RunObjects
from gittrack.record.publish.tree import Artifact

DIGEST = hashlib.sha256(b"weights").hexdigest()
IN_STORE = {"path": "w.bin", "where": "store", "size": 7, "sha256": DIGEST}
IN_GIT = {"path": "a.bin", "where": "git", "size": 1, "sha256": "0" * 64}
NOWHERE = {"path": "big.bin", "where": "left out", "size": 9}


def run_with(
    repo, *outputs: dict, number: int = 1, stored: dict[str, bytes] | None = None, **facts
):
    """Commit a run with these entries of outputs.yaml, and with the content of some in its tree."""
    artifacts = {path: Artifact(data) for path, data in (stored or {}).items()}
    contents = {"outputs": list(outputs), "artifacts": artifacts}
    return run_values.commit(repo, number, contents=contents, **facts)


def objects_of(repo, runs) -> RunObjects:
    return doctor_objects.Reader(repo).read([run.commit for run in runs])


def find(repo, *runs) -> list[Loss]:
    return list(doctor_artifacts.find(repo, objects_of(repo, runs), runs))


def keep(repo) -> None:
    Path("source").write_bytes(b"weights")
    with open("source", "rb") as file:
        ContentStore(Path(layout.store_dir(repo.common_dir)), 1000).keep(file)


def test_artifacts_that_are_here_or_that_no_place_ever_had_are_no_loss(empty_repo):
    keep(empty_repo)
    run = run_with(empty_repo, IN_GIT, IN_STORE, NOWHERE, stored={"a.bin": b"a"})
    assert find(empty_repo, run, run_values.commit(empty_repo, 2)) == []
    assert find(empty_repo) == []


def test_a_folder_that_git_cannot_read_is_damage_of_its_run_only(empty_repo):
    """The disk lost the second half of its file, at which git stops."""
    runs = [run_values.commit(empty_repo, n, artifacts={"a": b"%d" % n}) for n in range(2)]
    oid = git(Path(), "rev-parse", f"{runs[0].commit}:artifacts").strip()
    file = Path(".git/objects", oid[:2], oid[2:])
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[: len(content) // 2])
    checked = doctor_runs.check(empty_repo, [run._replace(body=None) for run in runs])
    assert [finding.aside for finding in checked.damaged] == [runs[0].ref]
    assert checked.losses == []


def test_a_loss_counts_the_artifacts_and_has_the_first(empty_repo):
    run = run_with(empty_repo, NOWHERE, IN_GIT, IN_STORE)
    sound = run_with(empty_repo, {**IN_GIT, "path": "b"}, number=2, stored={"b": b"b"})
    assert find(empty_repo, sound, run) == [Loss(run._replace(body=None), 2, IN_GIT, None)]


@pytest.mark.parametrize("path", ["a b", "caf\u00e9", "x/y/z"])
def test_paths_of_every_kind_are_looked_up(empty_repo, path):
    item = {**IN_GIT, "path": path}
    assert find(empty_repo, run_with(empty_repo, item, stored={path: b"a"})) == []
    assert len(find(empty_repo, run_with(empty_repo, item, number=2))) == 1


@pytest.mark.parametrize(
    ("item", "host", "is_away"),
    [
        (IN_STORE, "elsewhere", True),
        (IN_STORE, os.uname().nodename, False),
        (IN_STORE, None, False),
        (IN_GIT, "elsewhere", False),  # every clone of the commit should have it
    ],
)
def test_what_only_the_store_of_another_host_has_is_away(empty_repo, item, host, is_away):
    [loss] = find(empty_repo, run_with(empty_repo, item, host=host))
    assert loss.host == ("elsewhere" if is_away else None)
    lost = list(doctor_artifacts.lost(empty_repo, [loss]))
    others = list(doctor_artifacts.other_stores([loss]))
    assert (len(lost), len(others)) == ((0, 1) if is_away else (1, 0))


def test_what_a_store_took_or_a_pull_left_out_is_at_the_remote(empty_repo):
    run = run_with(empty_repo, IN_STORE, host=os.uname().nodename)
    sent.add(empty_repo.common_dir, "an address", [DIGEST])
    [loss] = find(empty_repo, run)
    assert [remark for remark, _ in doctor_artifacts.other_stores([loss])] == [
        "not here: artifacts of 1 run, which the store of the remote has"
    ]
    pulled = run_with(empty_repo, {**IN_STORE, "sha256": "1" * 64}, number=2)
    assert find(empty_repo, pulled)[0].host is None
    Path(layout.pulled_path(empty_repo.common_dir)).write_text(f"{pulled.commit}\n")
    assert find(empty_repo, pulled)[0].host == doctor_artifacts.REMOTE
    in_git = run_with(empty_repo, IN_GIT, number=3)
    Path(layout.pulled_path(empty_repo.common_dir)).write_text(f"{in_git.commit}\n")
    assert find(empty_repo, in_git)[0].host is None


def test_a_pointer_that_names_other_content_is_a_finding(empty_repo):
    right = lfs_pointer.text(Pointer(DIGEST, 7))
    pointers = (right, lfs_pointer.text(Pointer("1" * 64, 7)), b"x" * 2000, b"")
    runs = [
        run_with(empty_repo, IN_STORE, number=number, stored={"w.bin": data})
        for number, data in enumerate(pointers)
    ]
    runs.append(run_with(empty_repo, IN_STORE, number=9))  # of an earlier version
    objects = objects_of(empty_repo, runs)
    wrong = [problem for problem, _ in doctor_artifacts.wrong_pointers(empty_repo, objects, runs)]
    assert [str(run.ref) in " ".join(wrong) for run in runs] == [False, True, True, True, False]
    assert "pointer of w.bin names other content than outputs.yaml" in wrong[0]


@pytest.mark.parametrize(
    ("items", "problem", "remedy"),
    [
        (
            (IN_GIT,),
            "the artifact a.bin is gone: it is not in the run commit",
            "fetch the run again",
        ),
        (
            ({**IN_STORE, "sha256": "../../../config"},),  # a run may come from anybody
            "the artifact w.bin is gone: its line of outputs.yaml has no SHA-256",
            "it cannot be restored",
        ),
        ((IN_STORE,), "the artifact w.bin is gone: the store does not have ", "put a copy there"),
        (
            (IN_STORE, IN_GIT, IN_GIT),
            "the artifact w.bin is gone, and 2 more: the store",
            "put a copy",
        ),
    ],
)
def test_a_loss_has_a_remedy(empty_repo, items, problem, remedy):
    run = run_with(empty_repo, *items)
    [(text, what_to_do)] = doctor_artifacts.lost(empty_repo, find(empty_repo, run))
    assert text.startswith(f"{run.ref}: {problem}")
    assert what_to_do.startswith(remedy)


def test_the_runs_of_each_other_store_are_counted():
    run = run_values.raw()
    losses = [Loss(run, 1, IN_STORE, host) for host in ("a", "b", "a", None)]
    assert [remark for remark, _ in doctor_artifacts.other_stores(losses)] == [
        "not here: artifacts of 2 runs, which only a store on a has",
        "not here: artifacts of 1 run, which only a store on b has",
    ]
