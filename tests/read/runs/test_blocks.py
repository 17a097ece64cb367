"""Bodies of very many runs are read in blocks, from commits and from the files of the archive."""

from __future__ import annotations

import os

import pytest
import run_values

from gittrack.core import layout
from gittrack.folding import archive, building, visible
from gittrack.git import object_store_path, objects, refs
from gittrack.read.runs import blocks, listing, reader
from gittrack.tidy import fold_plan

COUNT = 10


@pytest.fixture
def repo(empty_repo):
    """A repository with folded runs and, between them, runs with refs."""
    raws = [run_values.commit(empty_repo, n, params={"n": n}) for n in range(COUNT)]
    members = [member for _, member in fold_plan.members(empty_repo, raws[::2])]
    store = objects.Store(object_store_path(empty_repo), empty_repo.hash_name)
    empty = members[1]._replace(message=b"")  # its commit has to be read
    now = building.add(store, None, [members[0], empty, *members[2:]])
    refs.update(empty_repo, layout.ARCHIVE, now.commit, None, "fold")
    for raw in raws[::2]:
        refs.drop(empty_repo, raw.ref)
    return empty_repo


@pytest.mark.parametrize("few", [0, 100])
def test_blocks_have_all_bodies_in_the_order_of_the_runs(repo, monkeypatch, few):
    monkeypatch.setattr(blocks, "_FEW", few)
    raws = listing.list_runs(repo)
    read = list(blocks.with_bodies(repo, raws, 4))
    assert [len(block) for block in read] == [4, 4, 2]
    runs = [raw for block in read for raw in block]
    assert runs == reader.bodies(repo, raws)
    assert [raw.id for raw in runs] == [run_values.run_id(n) for n in reversed(range(COUNT))]
    assert sum(raw.folded for raw in runs) == COUNT // 2


def test_a_chunk_that_is_lost_is_read_from_the_commits(repo, monkeypatch):
    monkeypatch.setattr(blocks, "_FEW", 0)
    raws = listing.list_runs(repo)
    (chunk,) = archive.read(repo, archive.tip(repo)).chunks
    complete = visible.Messages(repo).begin(raws[-1].id, raws[0].id)()
    assert len(complete) == COUNT // 2 - 1
    os.unlink(objects.Store(object_store_path(repo), repo.hash_name).path(chunk.messages))
    assert visible.Messages(repo).begin(raws[-1].id, raws[0].id)() == {}
    assert list(blocks.with_bodies(repo, raws)) == [reader.bodies(repo, raws)]
