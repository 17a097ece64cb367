"""Changed files under Git LFS: git holds only their pointers, so the content store keeps their content."""

from __future__ import annotations

from pathlib import Path

from gittrack import git
from gittrack.core import settings
from gittrack.core.standard.collections import Mapping
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import ContentStore


def keep(
    repo: git.Repo,
    blobs: Mapping[str, str],
    config: Mapping[str, str],
    env: Mapping[str, str],
) -> set[str]:
    """Keep the content of files under Git LFS, which git has just handed to it; return their paths.

    `git lfs prune` removes content that no branch needs, but not its second name in the store.

    Parameters
    ----------
    repo : Repo
        The repository.
    blobs : mapping of str to str
        {path: id of the blob in the tree of the code}.
    config : mapping
        The configuration of git.
    env : mapping
        Variables by which git finds the objects of the snapshot.
    """
    feed = "".join(f"{oid}\n" for oid in blobs.values()).encode()
    out = (
        repo.call("cat-file", "--batch", feed=feed, env=env, shared=True).output() if blobs else b""
    )
    store = ContentStore.of(repo.common_dir, settings.from_config(config).max_store_size)
    objects = Path(lfs_pointer.objects_dir(repo.common_dir, config))
    paths = set()
    for path, oid in blobs.items():
        header, _, rest = out.partition(b"\n")
        size = int(header.split()[2])
        content = lfs_pointer.parse(rest[:size])
        out = rest[size + 1 :]
        if content is not None and header.startswith(oid.encode()):
            file = objects / content.digest[:2] / content.digest[2:4] / content.digest
            if not store.keep_lfs_file(file, content):
                paths.add(path)
    return paths
