"""The digest of the content of a file, without the times that it stores beside the content.

A ``.npz`` and a file of ``torch.save`` are zip archives: each entry has a time.  A gzip file has the time and
the name of its source.  Two such files are equal if their packed contents are equal.  Event files of
TensorBoard have a time in each record, PDF and SVG files the time at which they were made.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib

from gittrack.analysis.canonical import document_times, event_files

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
    is_archive = first[:4] in _ARCHIVES or first[:2] == b"\x1f\x8b"
    return is_archive or _is_event_file(name) or _is_document(first, name)


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
    elif _is_event_file(name):
        records = event_files.content(data)
        packed = None if records is None else hashlib.sha256(b"events\0" + records).hexdigest()
    elif _is_document(data, name):
        packed = hashlib.sha256(b"document\0" + document_times.content(data)).hexdigest()
    return packed or hashlib.sha256(data).hexdigest()


def _is_event_file(name: str) -> bool:
    return "tfevents" in name.rpartition("/")[2]


def _is_document(first: bytes, name: str) -> bool:
    return first[:5] == b"%PDF-" or name.lower().endswith(".svg")


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
