"""Large content in a folder: a mounted disk, or the Git LFS objects of a repository on this machine."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gittrack.core.errors import Damaged
from gittrack.disk import copies, folders
from gittrack.disk.content_store import INCOMING
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large.receiving import Progress


class FolderStore(NamedTuple):
    """A folder with a file ``ab/cd/<SHA-256>`` for each content.

    Parameters
    ----------
    folder : Path
        The folder; it is made if only the last parts of it are missing.
    name : str
        What people call it.
    required : Path
        The folder that must exist: without it, a disk that is not mounted would look like an empty store.
    """

    folder: Path
    name: str
    required: Path

    def size(self, digest: str) -> int | None:
        """Return the size of a content; None if it is not there.  Raises OSError."""
        self._check_folder()
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def open(self, digest: str) -> BinaryIO:
        """Open a content that is there.  Raises OSError."""
        return open(self._path(digest), "rb")

    def put(self, content: Pointer, source: Path, progress: Progress) -> None:
        """Copy content into the folder; it gets its name when it is complete.

        Raises
        ------
        Damaged
            If the source has other bytes.
        OSError
            If the folder cannot be written or is full.
        """
        self._check_folder()
        path = self._path(content.digest)
        folders.make(str(path.parent))
        incoming = (
            self.folder / f"{INCOMING}{os.uname().nodename}-{os.getpid()}-{os.urandom(4).hex()}"
        )
        try:
            with open(source, "rb") as original, open(incoming, "x+b") as target:
                size = os.fstat(original.fileno()).st_size
                copied = Pointer(*copies.copy(original, target, size, progress=progress))
                if copied != content:
                    raise Damaged(f"the content of {source} has changed", "see: git track doctor")
                os.fchmod(target.fileno(), 0o444)
                os.fsync(target.fileno())
            incoming.replace(path)
        finally:
            incoming.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:4] / digest

    def _check_folder(self) -> None:
        if not self.required.is_dir():
            raise FileNotFoundError(errno.ENOENT, f"the folder {self.required} does not exist")
