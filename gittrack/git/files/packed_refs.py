"""Look up one name in ``packed-refs``, which may have a million lines, without reading all of them.

The file is read and not mapped: a mapped file that another host replaces ends the process by SIGBUS on NFS.
"""

from __future__ import annotations

import os

from gittrack.core.standard.typing import BinaryIO

_SORTED = b" sorted "  # in the first line, if the lines are in the order of their names


def exists(common_dir: str, ref: str) -> bool:
    """Return whether ``packed-refs`` has a ref."""
    return oid(common_dir, ref) is not None


def oid(common_dir: str, ref: str) -> str | None:
    """Return the id of the object of a ref in ``packed-refs``; None if it is not there."""
    line = _first_at(common_dir, os.fsencode(ref))
    return line.partition(b" ")[0].decode() if _name(line) == os.fsencode(ref) else None


def exists_below(common_dir: str, folder: str) -> bool:
    """Return whether ``packed-refs`` has a ref below a folder such as ``refs/replace/``."""
    return _name(_first_at(common_dir, os.fsencode(folder))).startswith(os.fsencode(folder))


def _first_at(common_dir: str, name: bytes) -> bytes:
    """Return the line of the first ref that is not before ``name``; empty if there is none."""
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            head = file.readline()
            if head.startswith(b"#") and _SORTED in head:
                return _bisect(file, len(head), name)
            lines = (line for line in (head, *file) if line[:1] not in b"#^")
            return min((line for line in lines if _name(line) >= name), key=_name, default=b"")
    except FileNotFoundError:
        return b""


def _bisect(file: BinaryIO, low: int, name: bytes) -> bytes:
    """Return the same from sorted lines, which begin at ``low``."""
    high = os.fstat(file.fileno()).st_size
    while low < high:  # lines before `low` have names before `name`, lines from `high` on have not
        middle = (low + high) // 2
        other = _name(_next_line(file, low, middle))
        if other and other < name:
            low = file.tell()
        else:
            high = middle
    return _next_line(file, low, low)


def _next_line(file: BinaryIO, low: int, start: int) -> bytes:
    """Return the line of the first ref that begins at ``start`` or later; empty if there is none."""
    file.seek(start - 1 if start > low else start)
    if start > low:
        file.readline()  # the rest of a line that begins before
    line = file.readline()
    while line.startswith(b"^"):  # the object of the tag before it
        line = file.readline()
    return line


def _name(line: bytes) -> bytes:
    return line.partition(b" ")[2].rstrip(b"\n")
