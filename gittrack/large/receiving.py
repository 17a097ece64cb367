"""Take content from a stream into the content store: whole, with its size and SHA-256, or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from gittrack.core.errors import Damaged
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Iterator
from gittrack.disk import folders, lock
from gittrack.disk.content_store import INCOMING, ContentStore
from gittrack.disk.lfs_pointer import Pointer

_CHUNK = 1 << 20
Progress = Callable[[int], object]  # called with a number of bytes, maybe from several threads


def receive(
    store: ContentStore,
    content: Pointer,
    opened: Callable[[], BinaryIO],
    progress: Progress = lambda count: None,
) -> None:
    """Take content into the store; go on where an earlier process was interrupted.

    Parameters
    ----------
    store : ContentStore
        The store.  Its limit does not count.
    content : Pointer
        What the stream must have.
    opened : callable
        Opens the stream at its beginning; it must be seekable.
    progress : callable
        Called with the number of bytes that came.

    Raises
    ------
    Damaged
        If the stream has other bytes.  They are removed.
    OSError
        If the stream cannot be read, or if the disk is full.  What came stays, and the next call goes on.
    """
    folders.make(str(store.root))
    partial = store.root / f"{INCOMING}{content.digest}"
    with _locked(partial) as target:
        if store.content(content.digest) is not None:  # another process was faster
            partial.unlink(missing_ok=True)
            return
        digest = _hashed(target, content.size)
        progress(target.tell())
        with opened() as source:
            source.seek(target.tell())
            while chunk := source.read(min(_CHUNK, content.size + 1 - target.tell())):
                target.write(chunk)
                digest.update(chunk)
                progress(len(chunk))
                if target.tell() > content.size:
                    break
        if target.tell() != content.size or digest.hexdigest() != content.digest:
            partial.unlink()
            raise Damaged(
                f"the content that came is not {content.digest[:12]}", "its source is damaged"
            )
        target.flush()
        store.take_over(partial, content.digest)


def adopt(store: ContentStore, content: Pointer, path: Path) -> None:
    """Give a file of Git LFS, which nobody changes, a second name in the store; it is checked first.

    Raises Damaged if it has other bytes, and OSError if it cannot be read.
    """
    if store.content(content.digest) is not None:
        return
    folders.make(str(store.root))
    link = store.root / f"{INCOMING}{os.getpid()}-{os.urandom(4).hex()}"
    try:
        os.link(path, link)
    except OSError:  # another file system
        receive(store, content, lambda: open(path, "rb"))  # noqa: SIM115 - it closes it
        return
    try:
        with open(link, "rb") as source:
            digest, size = hashlib.sha256(), 0
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
        if (digest.hexdigest(), size) != content:
            raise Damaged(
                f"the content of {path} is not {content.digest[:12]}", "see: git lfs fsck"
            )
        store.take_over(link, content.digest)
    finally:
        link.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Open a partial file of which this process is the only writer; others wait."""
    while True:
        with open(lock.take(path), "r+b") as file:
            if lock.is_at(file.fileno(), path):  # else the other process has finished it
                yield file
                return


def _hashed(target: BinaryIO, most: int) -> hashlib._Hash:
    """Return the digest so far of what an interrupted process left, and go to its end."""
    digest = hashlib.sha256()
    if os.fstat(target.fileno()).st_size > most:
        target.truncate(0)
    while chunk := target.read(_CHUNK):
        digest.update(chunk)
    return digest
