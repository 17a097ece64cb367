"""Read a small object of a pack without a process, if the pack has it whole and not as a difference.

The index of a pack (gitformat-pack, version 2) has a table of 256 counts, by the first byte of an id, then
the sorted ids, a checksum of each, and its offset in the pack.  Both files may be damaged, or of different
packs: an object is returned if its content has its id.
"""

from __future__ import annotations

import os
import zlib

from gittrack.core import digests
from gittrack.core.standard.contextlib import suppress
from gittrack.core.standard.typing import NamedTuple

_MAGIC = b"\xfftOc\0\0\0\2"
_COUNTS = 8  # bytes before the table of counts
_IDS = _COUNTS + 256 * 4  # bytes before the ids
_CHECKSUM = 4  # bytes
_LARGE = 1 << 31  # from here on, offsets are in another table
_KINDS = {1: b"commit", 2: b"tree", 3: b"blob"}
_MOST_BYTES = 1 << 13  # of an object, and of its zlib stream


class PackedObject(NamedTuple):
    """The kind of an object, such as ``b"commit"``, and its content."""

    kind: bytes
    content: bytes


def read(objects: str, oid: str) -> PackedObject | None:
    """Return a small object.

    Parameters
    ----------
    objects : str
        The folder of the objects of a repository.
    oid : str
        The full id.

    Returns
    -------
    PackedObject or None
        None if git must be asked: no pack has the object, or only as a difference from another one, or it
        is large or damaged.
    """
    folder = os.path.join(objects, "pack")
    with suppress(OSError, ValueError, zlib.error):
        key = bytes.fromhex(oid)
        for name in os.listdir(folder):
            if name.endswith(".idx"):
                path = os.path.join(folder, name)
                offset = _offset(path, key)
                if offset is not None:
                    packed = _object(f"{path[:-4]}.pack", offset)
                    return packed if packed and _id(packed, len(oid)) == oid else None
    return None


def _offset(path: str, key: bytes) -> int | None:
    """Return the offset of an object in the pack of an index; None if the pack does not have it."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if os.pread(handle, len(_MAGIC), 0) != _MAGIC:
            return None
        first = key[0]
        low = _number(os.pread(handle, 4, _COUNTS + 4 * (first - 1))) if first else 0
        high = _number(os.pread(handle, 4, _COUNTS + 4 * first))
        total = _number(os.pread(handle, 4, _IDS - 4))
        row = _row(handle, key, low, high)
        if row is None:
            return None
        offsets = _IDS + total * (len(key) + _CHECKSUM)
        offset = _number(os.pread(handle, 4, offsets + 4 * row))
        return offset if offset < _LARGE else None
    finally:
        os.close(handle)


def _row(handle: int, key: bytes, low: int, high: int) -> int | None:
    """Return the row of an id among the sorted ids from ``low`` to ``high``, by bisection."""
    while low < high:
        middle = (low + high) // 2
        other = os.pread(handle, len(key), _IDS + middle * len(key))
        if other == key:
            return middle
        low, high = (middle + 1, high) if other < key else (low, middle)
    return None


def _object(path: str, offset: int) -> PackedObject | None:
    """Return the object at an offset of a pack: its kind and size, 7 bits a byte, and a zlib stream."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.pread(handle, _MOST_BYTES, offset)
    finally:
        os.close(handle)
    kind = _KINDS.get(data[0] >> 4 & 7) if data else None
    if kind is None:
        return None
    head = next((end for end, byte in enumerate(data, 1) if byte < 128), len(data))
    return PackedObject(kind, zlib.decompressobj().decompress(data[head:], _MOST_BYTES))


def _id(packed: PackedObject, digits: int) -> str:
    """Return the id that the content of an object has in a repository whose ids have so many digits."""
    hash_name = "sha1" if digits == 40 else "sha256"
    header = b"%s %d\0" % (packed.kind, len(packed.content))
    return digests.of_git(hash_name, header + packed.content).hexdigest()


def _number(text: bytes) -> int:
    return int.from_bytes(text, "big")
