"""The tracked files, from an index of a size that is read faster than git starts."""

from __future__ import annotations

import os

_MOST_BYTES = 1 << 17
_FIXED = 62  # bytes of an entry before its name, and before more flags
_ASSUME_VALID, _EXTENDED, _STAGE, _SKIP_WORKTREE = 0x8000, 0x4000, 0x3000, 0x4000


def listing(git_dir: str) -> bytes | None:
    """Return the output of ``git ls-files -v -z`` in a repository of SHA-1; None if git must be asked.

    Git is asked about a large index, one with conflicts, and one that is split or sparse.

    Notes
    -----
    The format is that of gitformat-index, versions 2 and 3.
    """
    try:
        with open(os.path.join(git_dir, "index"), "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError:
        return None
    if len(data) > _MOST_BYTES:
        return None
    try:
        return _listing(data)
    except (IndexError, ValueError):  # it is damaged
        return None


def _listing(data: bytes) -> bytes | None:
    if data[:4] != b"DIRC" or _number(data[4:8]) not in (2, 3):
        return None
    entries, start = [], 12
    for _ in range(_number(data[8:12])):
        flags = data[start + 60] << 8 | data[start + 61]
        name = start + _FIXED
        tag = b"H "
        if flags & _STAGE:
            return None
        if flags & _EXTENDED:
            tag = b"S " if data[name] << 8 & _SKIP_WORKTREE else tag
            name += 2
        end = data.index(b"\0", name)
        entries.append((tag.lower() if flags & _ASSUME_VALID else tag) + data[name:end])
        start = end + 8 - (end - start) % 8
    return b"\0".join([*entries, b""]) if _has_known_extensions(data, start) else None


def _has_known_extensions(data: bytes, start: int) -> bool:
    """Return whether git may ignore all that follows the entries: the names of such parts are capitals."""
    while start < len(data) - 20:  # the checksum
        if not b"A" <= data[start : start + 1] <= b"Z":
            return False
        start += 8 + _number(data[start + 4 : start + 8])
    return start == len(data) - 20


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
