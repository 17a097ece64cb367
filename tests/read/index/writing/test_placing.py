"""Runs that are new are placed among folded ones as if all were placed again."""

from __future__ import annotations

import pytest
import run_values
from helpers import git

from gittrack.core import layout
from gittrack.folding import archive, building
from gittrack.git import object_store_path, objects, refs
from gittrack.read.index import ref_files, store, update
from gittrack.read.index.indexed import Indexed
from gittrack.read.index.order import parted
from gittrack.read.index.writing import listed, placing
from gittrack.read.runs.refs_and_journals import RefsAndJournals
from gittrack.read.runs.source import Request
from gittrack.tidy import fold_plan

EVERY = Request(order="started", limit=1000)


@pytest.fixture
def repo(empty_repo, monkeypatch):
    """A repository with an index, whose runs with even numbers up to 18 are folded."""
    monkeypatch.setattr(update, "_FEW", 0)
    raws = [run_values.commit(empty_repo, n, params={"n": n}) for n in range(0, 20, 2)]
    members = [member for _, member in fold_plan.members(empty_repo, raws)]
    store_of_objects = objects.Store(object_store_path(empty_repo), empty_repo.hash_name)
    archive = building.add(store_of_objects, None, members)
    refs.update(empty_repo, layout.ARCHIVE, archive.commit, None, "fold")
    for raw in raws:
        refs.drop(empty_repo, raw.ref)
    add(empty_repo, 19)
    assert answer(empty_repo)[0] == run_values.run_id(19)
    return empty_repo


def add(repo, *numbers):
    return [run_values.commit(repo, n, params={"n": n}, experiment=f"e{n % 2}") for n in numbers]


def answer(repo) -> list[str]:
    """Return the ids of all runs from the index, which must be those that git lists."""
    runs = Indexed(repo).select(EVERY).runs
    assert runs == RefsAndJournals(repo).select(EVERY).runs
    assert store.load(repo.common_dir).manifest.stamp
    return [raw.id for raw in runs]


def is_continued(repo) -> bool:
    files = ref_files.look(repo.common_dir, *ref_files.OF_RUNS)
    now = listed.list_refs(repo, files)
    return placing.runs_to_place(repo, store.load(repo.common_dir), now).order is not None


def test_new_runs_are_placed_among_folded_ones(repo):
    """Also a run that began before folded ones, with a loose ref and with a packed one, once more."""
    for numbers in ((21, 3), (1, 22), (5,)):
        add(repo, *numbers)
        assert is_continued(repo)
        assert len(answer(repo)) == len(set(answer(repo)))
    git(repo.common_dir, "pack-refs", "--all")
    assert is_continued(repo)
    assert [int(run_id[-2:], 16) for run_id in answer(repo)] == [
        *(22, 21, 19, 18, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1, 0)
    ]


def test_all_are_placed_again_if_a_ref_was_deleted(repo):
    (raw,) = add(repo, 21)
    answer(repo)
    refs.drop(repo, raw.ref)
    assert not is_continued(repo)
    assert raw.id not in answer(repo)


def test_all_are_placed_again_if_a_folded_run_has_a_ref(repo):
    raw = RefsAndJournals(repo).find(run_values.run_id(4))[0]
    refs.update(repo, raw.ref, raw.commit, None, "resumed")
    assert not is_continued(repo)
    assert answer(repo).count(raw.id) == 1
    refs.drop(repo, raw.ref)
    assert answer(repo).count(raw.id) == 1


def test_all_are_placed_again_if_a_folded_run_without_a_row_has_a_ref(repo, monkeypatch):
    """A few new runs are in no chunk, folded ones too."""
    raws = add(repo, 20, 22)
    monkeypatch.setattr(update, "_FEW", 9)
    before = archive.read(repo, archive.tip(repo))
    members = [member for _, member in fold_plan.members(repo, raws)]
    store_of_objects = objects.Store(object_store_path(repo), repo.hash_name)
    folded = building.add(store_of_objects, before, members)
    refs.update(repo, layout.ARCHIVE, folded.commit, before.commit, "fold")
    for raw in raws:
        refs.drop(repo, raw.ref)
    answer(repo)
    assert len(store.load(repo.common_dir).manifest.unread_folded) == 2
    refs.update(repo, raws[0].ref, raws[0].commit, None, "resumed")
    git(repo.common_dir, "pack-refs", "--all")
    assert not is_continued(repo)
    assert answer(repo).count(raws[0].id) == 1


def test_all_are_placed_again_if_a_folded_run_is_removed(repo):
    raw = RefsAndJournals(repo).find(run_values.run_id(4))[0]
    refs.update(repo, layout.TRASH + raw.ref[len(layout.RUNS) :], raw.commit, None, "rm")
    assert not is_continued(repo)
    assert raw.id not in answer(repo)


@pytest.fixture
def unfolded(empty_repo, monkeypatch):
    """A repository with an index of packed runs, none of which is folded."""
    monkeypatch.setattr(update, "_FEW", 0)
    add(empty_repo, *range(4, 10))
    git(empty_repo.common_dir, "pack-refs", "--all")
    assert len(answer(empty_repo)) == 6
    return empty_repo


def test_only_new_runs_are_placed_if_all_others_are_behind_them(unfolded):
    """Loose ones, and then packed ones, with and without a change of what is loose."""
    for number in (12, 14):
        add(unfolded, number, number + 1)
        assert is_continued(unfolded)
        assert len(answer(unfolded)) == number - 4
        git(unfolded.common_dir, "pack-refs", "--all")
        assert is_continued(unfolded)
        assert len(answer(unfolded)) == number - 4
    assert len(store.load(unfolded.common_dir).manifest.ranges) < 6


def test_all_are_placed_again_if_a_run_is_not_where_it_was(unfolded):
    before = answer(unfolded)
    first, second = (RefsAndJournals(unfolded).find(run_values.run_id(n))[0] for n in (5, 8))
    changes = (
        (lambda: add(unfolded, 1), 7),  # an older one
        (lambda: refs.drop(unfolded, first.ref), 6),
        (lambda: refs.update(unfolded, second.ref, first.commit, second.commit, "again"), 6),
        (lambda: git(unfolded.common_dir, "pack-refs", "--all"), 6),
        (lambda: refs.update(unfolded, second.ref, second.commit, first.commit, "loose"), 6),
    )
    for change, count in changes:
        change()
        assert not is_continued(unfolded)
        assert len(answer(unfolded)) == count
    assert before[0] == answer(unfolded)[0]


def test_parts_of_ranges():
    assert parted([(5, 9), (0, 3)], [(1, 2), (6, 7), (8, 12)]) == (
        [(6, 7), (8, 9), (1, 2)],
        [(5, 6), (7, 8), (0, 1), (2, 3)],
    )
