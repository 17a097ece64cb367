"""The files that stdout and stderr go to, as in ``git track run ... > log``: they are not code."""

from __future__ import annotations

import os
import stat

from gittrack.core.standard.collections import Iterable
from gittrack.core.standard.contextlib import suppress


def files(root: str, paths: Iterable[str]) -> list[str]:
    """Return the files among ``paths``, below ``root``, that stdout or stderr go to."""
    output_files = set()
    for number in (1, 2):
        with suppress(OSError):  # closed
            status = os.fstat(number)
            if stat.S_ISREG(status.st_mode):
                output_files.add((status.st_dev, status.st_ino))
    return [
        path
        for path in paths
        if output_files and _identity(os.path.join(root, path)) in output_files
    ]


def _identity(path: str) -> tuple[int, int] | None:
    """Return device and inode of a file, None if it is deleted."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
