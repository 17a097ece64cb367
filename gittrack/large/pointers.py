"""Which large contents the pointer files of Git LFS in git name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gittrack.core.standard.collections import Collection, Sequence
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.git import Repo, exist, parse_config


def among(repo: Repo, contents: Collection[Pointer], revisions: Sequence[str]) -> set[Pointer]:
    """Return those contents whose pointer file is in the trees of some revisions.

    The id of a pointer file follows from the content, so that no file is read.

    Parameters
    ----------
    repo : Repo
        The repository.
    contents : collection of Pointer
        The contents to look for.
    revisions : sequence of str
        Options and revisions of ``git rev-list``.

    Raises
    ------
    GitError
        If git cannot walk the revisions.
    """
    by_id = {_blob_id(repo.hash_name, lfs_pointer.text(content)): content for content in contents}
    here = [oid for oid, exists in zip(by_id, exist(repo, list(by_id)), strict=True) if exists]
    if not here:
        return set()
    feed = "".join(f"{word}\n" for word in revisions if not word.startswith("-")).encode()
    options = [word for word in revisions if word.startswith("-")]
    walk = repo.read("rev-list", "--objects", "--no-object-names", "--stdin", *options, feed=feed)
    seen = set(walk.decode().split())
    return {by_id[oid] for oid in here if oid in seen}


def local(repo: Repo) -> dict[Pointer, Path]:
    """Return the files of the content store and of Git LFS in this repository."""
    config = parse_config(repo.config().output())
    folder = Path(lfs_pointer.objects_dir(repo.common_dir, config))
    files = {
        Pointer(path.name, path.stat().st_size): path for path in folder.glob("??/??/" + "?" * 64)
    }
    store = ContentStore.of(repo.common_dir)
    return files | {Pointer(e.name, e.stat().st_size): Path(e.path) for e in store.listing()}


def _blob_id(hash_name: str, data: bytes) -> str:
    header = b"blob %d\0" % len(data)
    return hashlib.new(hash_name, header + data, usedforsecurity=False).hexdigest()
