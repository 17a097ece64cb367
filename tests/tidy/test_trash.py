"""tidy/trash: refs of runs move to the trash and back, all of them or none."""

from __future__ import annotations

import json

import pytest
import run_values
from helpers import git as run_git

import gittrack
from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.run import annotation_log
from gittrack.git import notes, refs
from gittrack.read.runs import resolve
from gittrack.tidy import trash


@pytest.fixture
def repo(tmp_path):
    run_git(tmp_path, "init", "-q")
    repo = git.find()
    for number, name in enumerate("ab"):
        run_values.commit(repo, number, name=name)
    return repo


def runs(repo, *names: str, trashed: bool = False):
    return [resolve.resolve(repo, name, trashed=trashed) for name in names]


def names_of(prefix: str) -> list[str]:
    return run_git(".", "for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines()


def annotated(repo, commit: str) -> list[str]:
    """Return the operations in the note of a run."""
    note = notes.read(repo, layout.NOTES).get(commit, b"")
    return [json.loads(line)["op"] for line in note.splitlines()]


def test_several_runs_move_in_one_transaction(repo):
    a, b = runs(repo, "a", "b")
    trash.remove(repo, [a, b])
    assert names_of(layout.RUNS) == []
    assert names_of(layout.TRASH) == sorted(
        (f"{run.commit} {layout.trash_ref('default', run.id)}" for run in (a, b)),
        key=lambda line: line.split()[1],
    )


def test_a_move_is_annotated_with_its_kind(repo):
    [run] = runs(repo, "a")
    trash.remove(repo, [run])
    assert annotated(repo, run.commit) == [annotation_log.REMOVE]
    trash.restore(repo, runs(repo, run.id, trashed=True))
    assert annotated(repo, run.commit) == [annotation_log.REMOVE, annotation_log.RESTORE]


def test_the_other_runs_stay(repo):
    [run] = runs(repo, "a")
    trash.remove(repo, [run])
    assert [run.id for run in gittrack.runs()] == [runs(repo, "b")[0].id]


def test_a_run_that_is_going_on_cannot_be_removed(repo):
    run_git(".", "commit", "-q", "--allow-empty", "-m", "first")
    with gittrack.init(name="live") as live:
        raws = runs(repo, "a", "live")
        with pytest.raises(TrackError, match=f"the run {live.id} is not committed") as caught:
            trash.remove(repo, raws)
    assert caught.value.hint == "wait until it ends, or stop it"
    assert names_of(layout.TRASH) == []


def test_a_run_that_a_fetch_restored_before_is_reported(repo):
    [run] = runs(repo, "a")
    trash.remove(repo, [run])
    [removed] = runs(repo, run.id, trashed=True)
    run_git(".", "update-ref", run.ref, run.commit)
    assert trash.restore(repo, [removed]) == {run.id}
    assert names_of(layout.TRASH) == []
    assert f"{run.commit} {run.ref}" in names_of(layout.RUNS)


def test_the_same_run_with_two_commits_is_refused_with_both_refs(repo):
    a, b = runs(repo, "a", "b")
    trash.remove(repo, [a])
    [removed] = runs(repo, a.id, trashed=True)
    run_git(".", "update-ref", a.ref, b.commit)
    before = run_git(".", "for-each-ref")
    with pytest.raises(TrackError, match="with different commits") as caught:
        trash.restore(repo, [removed])
    assert f"git diff {removed.ref} {a.ref}" in caught.value.hint
    assert run_git(".", "for-each-ref") == before


@pytest.mark.parametrize(
    ("move", "trashed", "location"),
    [(trash.remove, False, "among the runs"), (trash.restore, True, "in the trash")],
)
def test_a_run_that_another_process_moved_is_named(repo, move, trashed, location):
    raws = runs(repo, "a", "b")
    if trashed:
        trash.remove(repo, raws)
        raws = runs(repo, *(run.id for run in raws), trashed=True)
    run_git(".", "update-ref", "-d", raws[1].ref)
    with pytest.raises(NoSuchRun, match=f"the run {raws[1].id} is not {location} any more"):
        move(repo, raws)
    assert [ref.oid for ref in refs.now(repo, raws[0].ref)] == [raws[0].commit]
