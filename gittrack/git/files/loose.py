"""Refs and objects that git has not packed yet: what was written a moment ago needs no process to be read."""

from __future__ import annotations

import os
import re
import zlib

from gittrack.git.files.repository import content

_MOST_BYTES = 1 << 22  # of an object


def ref(common_dir: str, name: str) -> str | None:
    """Return the id of the object of a ref; None if git must be asked, such as for one that is not there."""
    try:
        text = content(os.path.join(common_dir, name))
    except OSError:
        return None
    return text.decode().strip() if re.fullmatch(rb"([0-9a-f]{40}|[0-9a-f]{64})\n", text) else None


def read_object(common_dir: str, oid: str) -> bytes | None:
    """Return the content of an object; None if git must be asked: it is packed, missing, large or damaged."""
    if not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", oid):
        return None
    try:
        packed = content(os.path.join(common_dir, "objects", oid[:2], oid[2:]))
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, _MOST_BYTES)
    except (OSError, zlib.error):
        return None
    header, _, body = data.partition(b"\0")
    is_whole = header.endswith(b" %d" % len(body)) and unpacker.eof
    return body if is_whole else None
