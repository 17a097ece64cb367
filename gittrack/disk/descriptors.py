"""Descriptors that stay open for hours, in a program that may close descriptors that it did not open.

The number of a descriptor is not an identity: after ``os.closerange(3, 256)``, which daemons call,
another file soon has that number.  So these descriptors get high numbers, which the kernel does not use
while a lower one is free, and their device and inode are compared before each use.
"""

from __future__ import annotations

import fcntl
import os

HIGH = 1000  # numbers from here on are rarely used for other files

Identity = tuple[int, int]


def lift(fd: int) -> int:
    """Move an open file to a descriptor with a high number and return it; ``fd`` itself if impossible."""
    try:
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH)
    except OSError:  # the limit of the process is lower, or is reached
        return fd
    os.close(fd)
    return high


def identity(fd: int) -> Identity:
    """Return device and inode of an open file."""
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


def is_open(fd: int, expected: Identity) -> bool:
    """Return whether a descriptor is still open on the file with that identity."""
    try:
        return fd >= 0 and identity(fd) == expected
    except OSError:
        return False


def intact_size(fd: int, expected: Identity) -> int | None:
    """Return the size of a file; None if the descriptor belongs to another one, or the file was deleted."""
    try:
        status = os.fstat(fd)
    except OSError:
        return None
    is_intact = (status.st_dev, status.st_ino) == expected and status.st_nlink > 0
    return status.st_size if is_intact else None


def close(fd: int, expected: Identity) -> None:
    """Close a descriptor, unless it is closed already or its number belongs to another file."""
    if is_open(fd, expected):
        os.close(fd)


def content(fd: int, start: int = 0) -> bytes:
    """Return the content of an open file from byte ``start`` on, without another descriptor."""
    pieces = []
    while piece := os.pread(fd, 1 << 20, start):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)
