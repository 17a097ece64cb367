"""git/files/pack: very many objects become a pack that git itself indexes, and none is written twice."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git.files import pack
from gittrack.git.files.pack import PackStore
from gittrack.git.objects import Entry, Store

SIZES = [
    0,
    1,
    15,
    16,
    2047,
    2048,
    pack._LARGE - 1,
    pack._LARGE,
]  # the header of an object gets longer


@pytest.fixture
def store(project) -> PackStore:
    return PackStore(git.find())


def write(store: Store, texts: list[bytes]) -> list[str]:
    """Write blobs and a tree of them in one batch; return their ids, the tree last."""
    with store.batch():
        blobs = [store.blob(text) for text in texts]
        entries = [Entry("100644", str(number), oid) for number, oid in enumerate(blobs)]
        return [*blobs, store.tree(entries)]


def files(store: Store) -> dict[str, list[str]]:
    """Return the names of the packs, and of the loose objects."""
    names = [path.relative_to(store.folder) for path in Path(store.folder).rglob("*")]
    return {
        "packs": sorted(name.name for name in names if name.suffix == ".pack"),
        "loose": sorted("".join(name.parts) for name in names if len(name.name) > 37 < 60),
    }


def test_objects_of_all_sizes_are_those_of_git(store):
    texts = [os.urandom(size // 2) + b"a" * (size - size // 2) for size in SIZES]
    *blobs, tree = write(store, texts)
    assert list(git.read_objects(store.repo, blobs)) == texts
    assert run_git(".", "ls-tree", "--object-only", tree).split() == blobs
    run_git(".", "fsck", "--strict")
    assert len(files(store)["packs"]) == 1
    assert os.path.exists(store.path(blobs[-1]))  # a large one is loose
    assert store.missing() == []


def test_a_repository_with_sha256_has_packs_too(tmp_path):
    run_git(tmp_path, "init", "-q", "--object-format=sha256")
    store = PackStore(git.find(tmp_path))
    assert list(git.read_objects(store.repo, write(store, [b"a"])[:1])) == [b"a"]
    assert len(files(store)["packs"]) == 1


def test_only_new_objects_are_written(store):
    old = write(Store(store.folder, "sha1"), [b"loose"])
    os.utime(store.path(old[0]), (1, 1))
    first = write(store, [b"loose", b"a"])
    assert os.stat(store.path(old[0])).st_mtime > 1  # no prune by age takes it
    second = write(store, [b"loose", b"a", b"b"])
    write(store, [b"loose", b"a", b"b"])
    assert len(files(store)["packs"]) == 2
    new = {*first, *second} - set(old)
    assert f"in-pack: {len(new)}" in run_git(".", "count-objects", "-v")
    assert git.missing_objects(store.repo, store.missing()) == []


@pytest.mark.parametrize("sign", ["info/alternates", "pack/pack-1.promisor"])
def test_what_git_may_find_in_another_repository_is_written(store, sign):
    write(store, [b"a"])
    file = Path(store.folder, sign)
    file.parent.mkdir(exist_ok=True)
    file.touch()
    write(store, [b"a", b"b"])
    assert "in-pack: 5" in run_git(
        ".", "count-objects", "-v"
    )  # a and its tree; a, b and their tree


def test_what_a_prune_removed_is_missing_and_is_written_again(store):
    oids = write(store, [b"a", b"b"])
    run_git(".", "repack", "-adq")  # nothing names them
    assert set(store.missing()) == set(oids) == set(git.missing_objects(store.repo, oids))
    assert write(store, [b"a", b"b"]) == oids
    assert git.missing_objects(store.repo, oids) == []


def test_very_much_content_becomes_several_packs(store, monkeypatch):
    monkeypatch.setattr(pack, "_MOST_BYTES", 10)
    oids = write(store, [b"12345", b"67890", b"rest"])
    assert len(files(store)["packs"]) == 2
    assert git.missing_objects(store.repo, oids) == []


def test_a_file_that_changes_meanwhile_is_an_error_and_leaves_nothing(store, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"first")
    with contextlib.ExitStack() as batch:
        batch.enter_context(store.batch())
        store.blob_of(file, 5)
        file.write_bytes(b"later")
        with pytest.raises(OSError, match="changed"):
            batch.close()
    assert files(store)["packs"] == []
    assert write(store, [b"a"])  # the store can be used again


def test_without_a_pack_the_objects_are_loose(store, monkeypatch):
    def fail(repo, drafts):
        raise git.GitError("git: unable to rename temporary '*.pack' file", "")

    monkeypatch.setattr(pack, "write", fail)
    oids = write(store, [b"a", b"b"])
    assert all(os.path.exists(store.path(oid)) for oid in oids)
    assert store.missing() == []


def test_a_batch_inside_another_one_belongs_to_it(store):
    with store.batch():
        inner = write(store, [b"inner"])
        assert files(store)["packs"] == []
        store.blob(b"outer")
    assert len(files(store)["packs"]) == 1
    assert git.missing_objects(store.repo, inner) == []
