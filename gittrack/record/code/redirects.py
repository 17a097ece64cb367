"""The files that this process prints to, as after ``git track run ... > log``: they are no code."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress


def files(root: str, paths: Iterable[str]) -> list[str]:
    """Return those of the paths below ``root`` that stdout or stderr go to."""
    ours = set()
    for number in (1, 2):
        with suppress(OSError):  # closed
            found = os.fstat(number)
            if stat.S_ISREG(found.st_mode):
                ours.add((found.st_dev, found.st_ino))
    return [path for path in paths if ours and _file(os.path.join(root, path)) in ours]


def _file(path: str) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:  # gone
        return None
    return found.st_dev, found.st_ino
