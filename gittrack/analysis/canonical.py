"""The digest of an artifact's content, without the times that a zip or gzip file stores beside the content.

A ``.npz`` and a file of ``torch.save`` are zip archives: each entry has a time.  A gzip file has the time and
the name of its source.  Two such files are equal if their packed contents are equal.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib

LIMIT = 1 << 30  # bytes to unpack at most: a small archive may contain a huge file


_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")


def applies(first: bytes, name: str = "") -> bool:
    """Return whether the content of a file may be equal although its bytes differ.

    Parameters
    ----------
    first : bytes
        The begin of the file.
    name : str
        Its name.
    """
    return first[:4] in _ARCHIVES or first[:2] == b"\x1f\x8b"


def digest(data: bytes, name: str = "") -> str:
    """Return the SHA-256 of an artifact's content, in hex.

    Parameters
    ----------
    data : bytes
        A whole file.
    name : str
        Its name.

    Returns
    -------
    str
        For a zip or gzip file, the digest of its unpacked content.  For any other file, and for an archive
        that is damaged, encrypted or larger than ``LIMIT`` when unpacked, the digest of the bytes.
    """
    packed: str | None = None
    if data[:4] in _ARCHIVES:
        packed = _zip_digest(data)
    elif data[:2] == b"\x1f\x8b":
        packed = _gzip_digest(data)
    return packed or hashlib.sha256(data).hexdigest()


def _zip_digest(data: bytes) -> str | None:
    """Return the digest of names and contents, ordered by name; None if the archive cannot be read."""
    total = hashlib.sha256(b"zip\0")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LIMIT:
                return None
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
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


def _gzip_digest(data: bytes) -> str | None:
    """Return the digest of the unpacked content; None if the file cannot be read."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return None if len(content) > LIMIT else hashlib.sha256(b"gzip\0" + content).hexdigest()
