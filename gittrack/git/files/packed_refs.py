"""Look up one name in ``packed-refs``, which may have a million lines, without reading all of them."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator

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
            if os.fstat(file.fileno()).st_size == 0:  # it cannot be mapped
                return b""
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                head = data[: data.find(b"\n") + 1]
                if not head.startswith(b"#") or _SORTED not in head:
                    return min((other for other in _names(data) if other >= name), default=b"")
                return _bisect(data, len(head), name)
    except FileNotFoundError:
        return b""


def _bisect(data: mmap.mmap, low: int, name: bytes) -> bytes:
    high, result = len(data), b""
    while low < high:
        start = _record(data, low, (low + high) // 2)
        other = _name(data, start)
        if other < name:
            low = _next(data, start)
        else:
            high, result = start, other
    return result


def _record(data: mmap.mmap, low: int, middle: int) -> int:
    """Return where the line of the ref begins that is at ``middle``; a line with ``^`` belongs to it."""
    start = data.rfind(b"\n", low, middle) + 1 or low
    return _record(data, low, start - 1) if start > low and data[start] == ord("^") else start


def _next(data: mmap.mmap, start: int) -> int:
    """Return where the next ref begins."""
    end = data.find(b"\n", start) + 1 or len(data)
    return _next(data, end) if data[end : end + 1] == b"^" else end


def _name(data: mmap.mmap, start: int) -> bytes:
    end = data.find(b"\n", start)
    return data[start : end if end >= 0 else len(data)].partition(b" ")[2]


def _names(data: mmap.mmap) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        if data[start] not in b"#^":
            yield _name(data, start)
        start = data.find(b"\n", start) + 1 or len(data)
