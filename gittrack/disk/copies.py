"""A copy of a file and its SHA-256, from one read; without a read of its own if disk blocks can be shared."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from typing import BinaryIO

_CHUNK = 1 << 20
_FICLONE = 0x40049409  # ioctl_ficlone(2): Btrfs, XFS, bcachefs, ZFS


def copy(source: BinaryIO, target: BinaryIO | None, most: int) -> tuple[str, int]:
    """Copy a file from its beginning; return the SHA-256 of what was copied, in hex, and its size.

    Parameters
    ----------
    source
        An open file.
    target
        An empty file, open for reading and writing; None only computes the digest.
    most
        The number of bytes after which a file that grows meanwhile is cut.

    Raises
    ------
    OSError
        If the source cannot be read, or if there is no room for the copy.
    """
    source.seek(0)
    if target is not None and _clone(source, target):
        if os.fstat(target.fileno()).st_size > most:
            target.truncate(most)
        return _read(target, None, most)  # the clone stands still, the source may change
    return _read(source, target, most)


def _read(source: BinaryIO, target: BinaryIO | None, most: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while size < most and (chunk := source.read(min(_CHUNK, most - size))):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
        size += len(chunk)
    if target is not None:
        target.flush()
    return digest.hexdigest(), size


def _clone(source: BinaryIO, target: BinaryIO) -> bool:
    """Let the target share the blocks of the source; False if the file system cannot."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError:  # also of a source in memory
        return False
    return True
