"""Look up one name in ``packed-refs``, which may have a million lines, without reading all of them.

The file is read and not mapped: a mapped file that another host replaces ends the process by SIGBUS on NFS.
"""

from __future__ import annotations

import os

from gittrack.core.standard.typing import BinaryIO

_SORTED = b" sorted "  # in the first line, if the lines are in the order of their names


def exists(common_dir: str, ref: str) -> bool:
    """Return whether ``packed-refs`` has a ref."""
    return _first_at(common_dir, os.fsencode(ref)) == os.fsencode(ref)


def exists_below(common_dir: str, folder: str) -> bool:
    """Return whether ``packed-refs`` has a ref below a folder such as ``refs/replace/``."""
    return _first_at(common_dir, os.fsencode(folder)).startswith(os.fsencode(folder))


def _first_at(common_dir: str, name: bytes) -> bytes:
    """Return the first name in the order of bytes that is not before ``name``; empty if there is none."""
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            head = file.readline()
            if head.startswith(b"#") and _SORTED in head:
                return _bisect(file, len(head), name)
            lines = (line for line in (head, *file) if line[:1] not in b"#^")
            return min((other for other in map(_name, lines) if other >= name), default=b"")
    except FileNotFoundError:
        return b""


def _bisect(file: BinaryIO, low: int, name: bytes) -> bytes:
    """Return the same from sorted lines, which begin at ``low``."""
    high = os.fstat(file.fileno()).st_size
    while low < high:  # lines before `low` have names before `name`, lines from `high` on have not
        middle = (low + high) // 2
        other = _next_name(file, low, middle)
        if other and other < name:
            low = file.tell()
        else:
            high = middle
    return _next_name(file, low, low)


def _next_name(file: BinaryIO, low: int, start: int) -> bytes:
    """Return the name in the first line that begins at ``start`` or later; empty if there is none."""
    file.seek(start - 1 if start > low else start)
    if start > low:
        file.readline()  # the rest of a line that begins before
    line = file.readline()
    while line.startswith(b"^"):  # the object of the tag before it
        line = file.readline()
    return _name(line)


def _name(line: bytes) -> bytes:
    return line.partition(b" ")[2].rstrip(b"\n")
