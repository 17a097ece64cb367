"""The digest of what an artifact holds, whatever the file says about when it was written.

A ``.npz`` and a file of ``torch.save`` are zip archives, whose entries carry times; gzip files carry the
time and the name of their source.  Two of them are the same when what is packed in them is.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib

LIMIT = 1 << 30  # bytes that are unpacked at most: an archive may be a bomb


def digest(data: bytes) -> str:
    """Return a SHA-256 in hex: of the content of a zip or gzip file, of anything else as it is."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        found = _of_zip(data)
        return found or _plain(data)
    if data[:2] == b"\x1f\x8b":
        found = _of_gzip(data)
        return found or _plain(data)
    return _plain(data)


def _plain(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _of_zip(data: bytes) -> str | None:
    """Digest names and contents in the order of names; None for what is no sound archive."""
    total = hashlib.sha256(b"zip\0")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LIMIT:
                return None
            for entry in sorted(archive.infolist(), key=lambda one: one.filename):
                content = hashlib.sha256(archive.read(entry)).digest()
                total.update(entry.filename.encode(errors="surrogateescape") + b"\0" + content)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        return None
    return total.hexdigest()


def _of_gzip(data: bytes) -> str | None:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return None if len(content) > LIMIT else hashlib.sha256(b"gzip\0" + content).hexdigest()
