"""Content that is too large for git: files named by their SHA-256, below ``<git common dir>/gittrack/store``.

A file appears under its name in one step, whole and on the disk, and nobody can write to it: it is never a
hard link to a file of the user.  Whoever adds or removes content holds the lock for that moment.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gittrack.core.errors import Damaged
from gittrack.disk import copies, folders, lock

FRESH_SECONDS = 3600.0  # content this young may belong to a run that has not named it yet
FULL = "the store would be larger than track.maxStoreSize"
_INCOMING = "incoming-"


class Stored(NamedTuple):
    """What became of a file: its SHA-256 and size, and why its content is not in the store (empty: it is)."""

    digest: str
    size: int
    problem: str


class ContentStore(NamedTuple):
    """The folder of a store, and how many bytes all its content may take."""

    root: Path
    limit: int = 0

    def path(self, digest: str) -> Path:
        """Return where the content with this SHA-256 is, or would be."""
        return self.root / "sha256" / digest[:2] / digest[2:4] / digest

    def content(self, digest: object) -> Path | None:
        """Return the file with this SHA-256; None if it is not here, or if this is not a SHA-256."""
        sound = isinstance(digest, str) and len(digest) == 64 and digest.isalnum()
        path = self.path(str(digest)) if sound else None
        return path if path is not None and path.is_file() else None

    def listing(self) -> Iterator[os.DirEntry[str]]:
        """Yield every content, in no order."""
        for folder in _entries(self.root / "sha256"):
            for inner in _entries(folder.path):
                yield from _entries(inner.path)

    def keep(self, source: BinaryIO) -> Stored:
        """Take the content of an open file, if there is room for it; its digest is computed always.

        Raises
        ------
        OSError
            If the source cannot be read.
        """
        most = os.fstat(source.fileno()).st_size
        used = sum(entry.stat().st_size for entry in self.listing())
        if used + most > self.limit:
            problem = FULL
        else:
            try:
                return self._take(source, most)
            except OSError as error:  # raised again below if it is the source that cannot be read
                problem = f"it could not be stored: {error.strerror}"
        digest, size = copies.copy(source, None, most)
        return Stored(digest, size, "" if self._refreshed(digest) else problem)

    def _take(self, source: BinaryIO, most: int) -> Stored:
        folders.make(str(self.root))
        incoming = self.root / f"{_INCOMING}{os.getpid()}-{os.urandom(4).hex()}"
        handle = os.open(incoming, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            with open(handle, "r+b") as copy:
                digest, size = copies.copy(source, copy, most)
                folders.share(copy.fileno(), str(self.root), 0o444)
                os.fsync(copy.fileno())
            path = self.path(digest)
            with self._turn():
                folders.make(str(path.parent))
                os.utime(incoming)
                # Also over the same content: that counts as fresh from now on, whoever owns it.
                incoming.replace(path)
            _sync_folder(path.parent)
        except OSError:
            incoming.unlink(missing_ok=True)
            raise
        return Stored(digest, size, "")

    def _refreshed(self, digest: str) -> bool:
        """Say whether the content is here; it counts as fresh from now on."""
        if not self.root.is_dir():
            return False
        with self._turn():
            path = self.content(digest)
            if path is not None:
                with contextlib.suppress(PermissionError):  # another user's
                    os.utime(path)
            return path is not None

    def remove(self, unwanted: Callable[[], set[str]]) -> None:
        """Remove content; ``unwanted`` returns the digests, and is called when nobody can add any.

        Fresh content stays; copies that a killed process left go.
        """
        if not self.root.is_dir():
            return
        with self._turn():
            going = unwanted()
            for entry in list(self.listing()):
                if entry.name in going and not is_fresh(entry):
                    os.unlink(entry.path)
            for entry in _entries(self.root):
                if entry.name.startswith(_INCOMING) and not is_fresh(entry):
                    os.unlink(entry.path)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        handle = lock.take(self.root / "lock")
        try:
            yield
        finally:
            os.close(handle)


def is_fresh(entry: os.DirEntry[str]) -> bool:
    """Say whether content is so young that a run may still be about to name it."""
    return time.time() - entry.stat().st_mtime < FRESH_SECONDS


def read(path: Path) -> bytes:
    """Return the bytes of a file of the store.  Raises Damaged if they are not what its name says."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.name:
        raise _damaged(path)
    return data


def write_to(path: Path, target: BinaryIO) -> None:
    """Write a file of the store to a stream, such as a pipe.

    Raises Damaged at the end if its bytes are not what its name says.
    """
    if _digest(path, target) != path.name:
        raise _damaged(path)


def is_sound(path: Path) -> bool:
    """Say whether a file of the store holds what its name says.  Raises OSError."""
    return _digest(path, None) == path.name


def _digest(path: Path, target: BinaryIO | None) -> str:
    with open(path, "rb") as file:
        return copies.copy(file, target, os.fstat(file.fileno()).st_size)[0]


def _damaged(path: Path) -> Damaged:
    return Damaged(f"{path} does not hold what its name says", "see: git track doctor")


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
