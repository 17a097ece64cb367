"""Look up one name in ``packed-refs``, which may have a million lines, without reading all of them.

The file is read and not mapped: a mapped file that another host replaces ends the process by SIGBUS on NFS.
"""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.typing import BinaryIO

_SMALL = 1 << 15  # bytes; a smaller file is read at once
_SORTED = b" sorted "  # in the first line, if the lines are in the order of their names


def exists(common_dir: str, ref: str) -> bool:
    """Return whether ``packed-refs`` has a ref."""
    return oid(common_dir, ref) is not None


def oid(common_dir: str, ref: str) -> str | None:
    """Return the id of the object of a ref in ``packed-refs``; None if it is not there."""
    line = next(_lines(common_dir, [(os.fsencode(ref), b"\n")]), b"")
    return line.partition(b" ")[0].decode() if line else None


def exists_below(common_dir: str, folder: str) -> bool:
    """Return whether ``packed-refs`` has a ref below a folder such as ``refs/replace/``."""
    return exists_any(common_dir, (), folder)


def exists_any(common_dir: str, refs: Sequence[str], folder: str) -> bool:
    """Return whether ``packed-refs`` has one of some refs, or one below a folder."""
    names = [(os.fsencode(ref), b"\n") for ref in refs]
    return any(_lines(common_dir, [*names, (os.fsencode(folder), b"")]))


def _lines(common_dir: str, names: Sequence[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield the line of each ref, given by its name and the end of its line; empty without one.

    If the end is empty, it is the line of the first ref that begins with the name.
    """
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            head = file.readline() if os.fstat(file.fileno()).st_size > _SMALL else b""
            is_sorted = head.startswith(b"#") and _SORTED in head
            text = b"" if is_sorted else head + file.read()
            for name, end in names:
                line = _bisect(file, len(head), name) if is_sorted else _line_in(text, name + end)
                yield line if line.partition(b" ")[2].startswith(name + end) else b""
    except FileNotFoundError:
        return


def _line_in(text: bytes, name: bytes) -> bytes:
    """Return the line in which ``name`` follows a space; each line is an id, a space and a name."""
    start = text.find(b" " + name)
    return b"" if start < 0 else text[text.rfind(b"\n", 0, start) + 1 : text.find(b"\n", start) + 1]


def _bisect(file: BinaryIO, low: int, name: bytes) -> bytes:
    """Return the line of the first ref that is not before ``name``; the lines begin at ``low``."""
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
