"""git/bounded: commits up to a size are read; a larger one costs only itself."""

from __future__ import annotations

import pytest

from gittrack import git
from gittrack.git import bounded, objects

MISSING = "0" * 40
MOST = 1_000_000


@pytest.fixture
def found(project):
    return git.find()


@pytest.fixture
def commit(found):
    store = objects.Store(git.object_store_path(found), found.hash_name, flush=False)
    tree = store.tree([])

    def make(message: str) -> str:
        return store.commit(tree, [], "Ada <a@e.org>", 0, message)

    return make


def test_contents_come_in_the_order_of_the_ids(found, commit):
    a, b = commit("first"), commit("second")
    contents = bounded.objects(found, [b, MISSING, a, b], MOST)
    assert [content and content.rpartition(b"\n")[2] for content in contents] == [
        *(b"second", None, b"first", b"second")
    ]


def test_nothing_is_read_without_ids(found):
    assert bounded.objects(found._replace(common_dir="/nowhere"), [], MOST) == []


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_huge_commit_is_left_out_and_the_others_are_read(found, commit, position):
    oids = [commit("a"), commit("b")]
    oids.insert(position, commit("x" * 5 * MOST))
    contents = bounded.objects(found, oids, MOST)
    assert [content is None for content in contents] == [i == position for i in range(3)]


def test_missing_commits_beside_a_huge_one_are_none(found, commit):
    oids = [MISSING, commit("x" * 5 * MOST), commit("a"), MISSING]
    contents = bounded.objects(found, oids, MOST)
    assert [content is None for content in contents] == [True, True, False, True]


def test_the_size_of_a_commit_is_compared_with_the_limit_exactly(found, commit):
    huge, small = commit("x" * 5 * MOST), commit("a" * 1000)
    size = len(bounded.objects(found, [small], MOST)[0])
    # The huge commit makes git fail, so sizes are compared.
    assert bounded.objects(found, [huge, small], size)[1] is not None
    assert bounded.objects(found, [huge, small], size - 1)[1] is None
