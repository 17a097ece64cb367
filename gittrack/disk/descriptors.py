"""Descriptors that stay open for hours, in a program that may close what it did not open.

A number is not an identity: after ``os.closerange(3, 256)``, as in daemons, it is soon that of another file.
So these descriptors get high numbers, which the kernel gives to nobody else while a lower one is free, and
device and inode are compared before they are trusted.
"""

from __future__ import annotations

import fcntl
import os

HIGH = 1000  # a number from here on is not given again within a millisecond

Identity = tuple[int, int]


def lift(fd: int) -> int:
    """Return a descriptor of the same open file with a high number, if the process may have one."""
    try:
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH)
    except OSError:  # the limit of the process is lower, or reached
        return fd
    os.close(fd)
    return high


def identity(fd: int) -> Identity:
    """Return device and inode of an open file."""
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


def is_open(fd: int, expected: Identity) -> bool:
    """Return whether a number still stands for the file of that identity."""
    try:
        return fd >= 0 and identity(fd) == expected
    except OSError:
        return False


def is_intact(fd: int, expected: Identity) -> bool:
    """Return whether a number still stands for that file, and the file was not deleted."""
    try:
        status = os.fstat(fd)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) == expected and status.st_nlink > 0


def close(fd: int, expected: Identity) -> None:
    """Close a descriptor, unless its number is that of another file by now."""
    if is_open(fd, expected):
        os.close(fd)


def content(fd: int, start: int = 0) -> bytes:
    """Return what an open file holds from ``start`` on, without a descriptor more."""
    pieces = []
    while piece := os.pread(fd, 1 << 20, start):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)
