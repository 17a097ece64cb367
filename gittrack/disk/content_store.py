"""Content that is too large for git: files named by their SHA-256, below ``<git common dir>/gittrack/store``.

A file gets its name in one step, after it is complete and flushed to the disk.  It is read-only, and
never a hard link to a file of the user.  A process that adds or removes content holds the lock while it
does so.

Git LFS finds the same content at its own place, ``<git common dir>/lfs/objects``: a second name of the same
file.  `git lfs prune` may remove that name, which loses nothing.
"""

from __future__ import annotations

import os
import time

from gittrack.core import digests, layout
from gittrack.core.errors import Damaged
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Iterator
from gittrack.core.standard.contextlib import AbstractContextManager
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import BinaryIO, NamedTuple
from gittrack.disk import copies, folders, lock
from gittrack.disk.lfs_pointer import Pointer

FRESH_SECONDS = 3600.0  # younger content may belong to a run that will name it
FULL = "the store would be larger than track.maxStoreSize"
INCOMING = "incoming-"  # the names of incomplete copies begin with this


class Stored(NamedTuple):
    """The SHA-256 and size of a file, and the reason if its content is not in the store (else empty)."""

    digest: str
    size: int
    problem: str


class ContentStore(NamedTuple):
    """The folder of a store, the limit of its total size in bytes, and the folder of Git LFS for objects."""

    root: Path
    limit: int = 0
    lfs: Path | None = None

    @classmethod
    def of(cls, common_dir: str, limit: int = 0) -> ContentStore:
        """Return the store of the repository with this common directory."""
        lfs = Path(layout.lfs_objects_dir(common_dir))
        return cls(Path(layout.store_dir(common_dir)), limit, lfs)

    def path(self, digest: str) -> Path:
        """Return the path for the content with this SHA-256, stored or not."""
        return self.root / "sha256" / digest[:2] / digest[2:4] / digest

    def content(self, digest: object) -> Path | None:
        """Return the file with this SHA-256; None if it is not stored or ``digest`` is not a SHA-256."""
        path = self.path(str(digest)) if is_digest(digest) else None
        return path if path is not None and path.is_file() else None

    def has(self, content: Pointer) -> bool:
        """Return whether content is stored with its size."""
        path = self.content(content.digest)
        return path is not None and path.stat().st_size == content.size

    def listing(self) -> Iterator[os.DirEntry[str]]:
        """Yield the entry of every content, in no order."""
        for folder in _entries(self.root / "sha256"):
            for inner in _entries(folder.path):
                yield from _entries(inner.path)

    def keep(self, source: BinaryIO) -> Stored:
        """Copy the content of an open file into the store, if its size is within the limit.

        The digest is computed in any case.  Stored content counts as fresh again.

        Raises
        ------
        OSError
            If the source cannot be read.
        """
        most = os.fstat(source.fileno()).st_size
        if self._used() + most > self.limit:
            problem = FULL
        else:
            try:
                return self._take(source, most)
            except OSError as error:  # an error of the source is raised again below
                problem = f"it could not be stored: {error.strerror}"
        digest, size = copies.copy(source, None, most)
        return Stored(digest, size, "" if self._refreshed(digest) else problem)

    def _take(self, source: BinaryIO, most: int) -> Stored:
        folders.make(str(self.root))
        incoming = self.root / f"{INCOMING}{os.getpid()}-{os.urandom(4).hex()}"
        handle = os.open(incoming, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            with open(handle, "r+b") as copy:
                digest, size = copies.copy(source, copy, most, sparse=True)
            self.take_over(incoming, digest)
        except OSError:
            incoming.unlink(missing_ok=True)
            raise
        return Stored(digest, size, "")

    def keep_lfs_file(self, path: Path, content: Pointer) -> str:
        """Give a file of Git LFS a second name in the store; return why its content is not stored.

        Git LFS never changes a file, and names it by the digest that it has computed.
        """
        if self.has(content) and self._refreshed(content.digest):
            return ""
        incoming = self.root / f"{INCOMING}{os.getpid()}-{os.urandom(4).hex()}"
        try:
            if path.stat().st_size != content.size:
                return "its size is not the one of its pointer"
            if self._used() + content.size > self.limit:
                return FULL
            folders.make(str(self.root))
            os.link(path, incoming)
        except FileNotFoundError:
            return "Git LFS does not have it"
        except OSError:  # no hard links, or another file system
            with open(path, "rb") as file:
                return self.keep(file).problem
        try:
            self.take_over(incoming, content.digest)
        except OSError as error:
            return f"it could not be stored: {error.strerror}"
        finally:
            incoming.unlink(missing_ok=True)
        return ""

    def _used(self) -> int:
        return sum(entry.stat().st_size for entry in self.listing())

    def take_over(self, incoming: Path, digest: str) -> None:
        """Give a complete file of this file system, of which the caller knows the SHA-256, its name.

        Raises OSError if the disk is full.
        """
        with open(incoming, "rb") as copy:
            with contextlib.suppress(PermissionError):  # of another user
                os.fchmod(copy.fileno(), 0o444)
            os.fsync(copy.fileno())
        path = self.path(digest)
        with self._turn():
            folders.make(str(path.parent))
            os.utime(incoming)
            lfs_path = self.lfs_path(digest) if self._is_lent(digest) else None
            # Also over equal content, which counts as fresh from now on, even if another user owns it.
            incoming.replace(path)
            with contextlib.suppress(OSError):  # Git LFS gets it when it is sent
                if lfs_path is None:
                    self.lend(digest)
                else:  # in one step, because files of the user may need it
                    os.link(path, incoming)
                    incoming.replace(lfs_path)
        _sync_folder(path.parent)

    def lfs_path(self, digest: str) -> Path | None:
        """Return the path at which Git LFS looks for content; None if the store lends nothing."""
        return self.lfs / digest[:2] / digest[2:4] / digest if self.lfs else None

    def lend(self, digest: str) -> None:
        """Give stored content its second name, for Git LFS; a file that is there already stays.

        Raises OSError if the file system has no hard links, or if the folder belongs to another user.
        """
        path = self.lfs_path(digest)
        if path is not None and not path.exists():
            folders.make(str(path.parent))
            os.link(self.path(digest), path)

    def _refreshed(self, digest: str) -> bool:
        """Return whether the content is stored; it counts as fresh from now on."""
        if not self.root.is_dir():
            return False
        with self._turn():
            path = self.content(digest)
            if path is not None:
                with contextlib.suppress(PermissionError):  # another user's
                    os.utime(path)
            return path is not None

    def remove(self, unwanted: Callable[[], set[str]]) -> None:
        """Remove content that is not fresh, and the incomplete copies of killed processes.

        The name for Git LFS goes too, if it is one of the same file.

        Parameters
        ----------
        unwanted
            Returns the digests to remove.  It is called while no process can add content.
        """
        if not self.root.is_dir():
            return
        with self._turn():
            going = unwanted()
            for entry in list(self.listing()):
                if entry.name in going and not is_fresh(entry):
                    lfs_path = self.lfs_path(entry.name)
                    if lfs_path is not None and self._is_lent(entry.name):
                        lfs_path.unlink(missing_ok=True)
                    os.unlink(entry.path)
            for entry in _entries(self.root):
                if entry.name.startswith(INCOMING) and not is_fresh(entry):
                    os.unlink(entry.path)

    def _is_lent(self, digest: str) -> bool:
        """Return whether the name that Git LFS has for content is one of the same file."""
        path = self.lfs_path(digest)
        try:
            return path is not None and path.samefile(self.path(digest))
        except OSError:
            return False

    def _turn(self) -> AbstractContextManager[None]:
        return lock.holding(self.root / "lock")


def is_digest(value: object) -> bool:
    """Return whether a value can be a SHA-256 in hex, and so the name of a file in the store."""
    return isinstance(value, str) and len(value) == 64 and value.isalnum()


def is_fresh(entry: os.DirEntry[str]) -> bool:
    """Return whether content is younger than ``FRESH_SECONDS``: a run may be about to name it."""
    return time.time() - entry.stat().st_mtime < FRESH_SECONDS


def read(path: Path) -> bytes:
    """Return the bytes of a file of the store.  Raises Damaged if their SHA-256 is not its name."""
    data = path.read_bytes() if path.is_file() else b""
    digest = digests.large()
    digest.update(data)
    if digest.hexdigest() != path.name:
        raise _damaged(path)
    return data


def write_to(path: Path, target: BinaryIO) -> None:
    """Write a file of the store to a stream, such as a pipe.

    Raises Damaged at the end if the SHA-256 of the bytes is not the name of the file.
    """
    if not path.is_file() or _digest(path, target) != path.name:
        raise _damaged(path)


def is_sound(path: Path) -> bool:
    """Return whether this is a file of the store whose SHA-256 is its name.  Raises OSError."""
    return path.is_file() and _digest(path, None) == path.name


def _digest(path: Path, target: BinaryIO | None) -> str:
    with open(path, "rb") as file:
        return copies.copy(file, target, os.fstat(file.fileno()).st_size)[0]


def _damaged(path: Path) -> Damaged:
    return Damaged(
        f"the content of {path} has changed: its SHA-256 is not its name", "see: git track doctor"
    )


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
