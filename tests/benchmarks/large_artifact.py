"""A large artifact: recording it, against one SHA-256 and one copy of the file."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import repos
from measure import Row, against, alternate

import gittrack
from gittrack.disk.content_store import ContentStore

_SIZE = 200 << 20


def rows(scratch: Path) -> Iterator[Row]:
    """Yield `log_artifact` of 200 MB in a run that is going on; both copies are flushed to the disk."""
    repo = repos.small(scratch / "repo")
    file = repo / "model.bin"
    with open(file, "wb") as target:
        for _ in range(_SIZE >> 20):
            target.write(os.urandom(1 << 20))
    store = ContentStore.of(str(repo / ".git"))
    copy = scratch / "copy"

    def clean() -> None:
        shutil.rmtree(store.root, ignore_errors=True)
        shutil.rmtree(repo / ".git/lfs", ignore_errors=True)
        copy.unlink(missing_ok=True)
        os.sync()

    with gittrack.init(repo=repo) as run:
        times = alternate(
            lambda: run.log_artifact(file, "model.bin"),
            lambda: _hash_and_copy(file, copy),
            9,
            before=clean,
        )
    yield against("200 MB recorded, against one SHA-256 and one copy", *times, 1.3)


def _hash_and_copy(file: Path, copy: Path) -> None:
    digest = hashlib.sha256()
    with open(file, "rb") as source:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
    shutil.copyfile(file, copy)
    with open(copy, "rb+") as target:
        os.fsync(target.fileno())
