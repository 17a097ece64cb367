"""The content of a file by its kind, without what differs in every run, such as times; no code is loaded.

A ``.npz`` and a file of ``torch.save`` are zip archives: each entry has a time.  A gzip file has the time and
the name of its source.  Such files are equal if their packed contents are equal, which are compared by their
kinds as well.  Pickles are compared by their objects, event files of TensorBoard by their scalars,
safetensors by their tensors, PDF, SVG, JSON and CSV files without their times.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from typing import NamedTuple

from gittrack.analysis.canonical import document_times, event_files, kinds, pickles, tables, tensors
from gittrack.analysis.canonical.tables import Omissions
from gittrack.analysis.span import Span
from gittrack.core.standard.collections import Callable

LIMIT = (
    1 << 30
)  # bytes to unpack at most, of all archives in a file: a small one may contain a huge file
_DEEPEST = 3  # archives in archives
_MOST_STREAMS = 1000  # of one file of bzip2 or xz
_SERIALIZATION_ID = (
    ".data/serialization_id"  # torch: a digest of the names and contents of the entries
)


class CanonicalDigest(NamedTuple):
    """The content of a file: the SHA-256 of it, and the names of the values that were left out."""

    digest: str
    left_out: tuple[str, ...] = ()


def digest(data: bytes, name: str = "", span: Span | None = None) -> str:
    """Return the SHA-256 of the content of a file, in hex, see `content`."""
    return content(data, name, span).digest


def content(data: bytes, name: str = "", span: Span | None = None) -> CanonicalDigest:
    """Return the content of a file.

    Parameters
    ----------
    data : bytes
        A whole file.
    name : str
        Its name.
    span : Span, optional
        The time of the run that wrote it.  Without it, no value of JSON or CSV is left out.

    Returns
    -------
    CanonicalDigest
        Of a file of a known kind, the digest of its content.  Of any other file, and of one that is damaged,
        encrypted or larger than ``LIMIT`` when unpacked, the digest of its bytes.
    """
    omissions = Omissions(span)
    plain = _plain(data, name, omissions, 0)
    if plain is None:
        return CanonicalDigest(hashlib.sha256(data).hexdigest())
    return CanonicalDigest(hashlib.sha256(plain).hexdigest(), tuple(omissions.names))


_Read = Callable[[bytes, str, Omissions, int], "bytes | None"]


def _plain(data: bytes, name: str, omissions: Omissions, depth: int) -> bytes | None:
    """Return what is compared of a file in place of its bytes; None if these are compared."""
    file_kind = kinds.kind(data, name)
    if file_kind is None or depth > _DEEPEST:
        return None
    try:
        plain = _READERS[file_kind](data, name, omissions, depth)
    except (OverflowError, RecursionError, MemoryError):  # a number or a nesting without bounds
        return None
    prefix = "packed" if file_kind in kinds.PACKED else file_kind
    return None if plain is None else prefix.encode() + b"\0" + plain


def _zip(data: bytes, name: str, omissions: Omissions, depth: int) -> bytes | None:
    """Return the digests of names and contents, ordered by name; None if the archive cannot be read."""
    lines = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > LIMIT - omissions.unpacked:
                return None
            omissions.unpacked += size
            top = _top_folder(archive.namelist())
            for entry in archive.infolist():
                inner = entry.filename.removeprefix(top)
                if top and inner == _SERIALIZATION_ID:
                    continue
                packed = archive.read(entry)
                plain = _plain(packed, inner or entry.filename, omissions, depth + 1) or packed
                digest = hashlib.sha256(plain).digest()
                lines.append(inner.encode(errors="surrogateescape") + b"\0" + digest)
    except (*_DAMAGE, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        return None
    return b"".join(sorted(lines))


def _top_folder(names: list[str]) -> str:
    """Return the folder of all entries in a file of ``torch.save``, which is named after the file."""
    top = next((n.removesuffix("data.pkl") for n in names if n.endswith("/data.pkl")), "")
    return top if top and all(name.startswith(top) for name in names) else ""


_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError)


def _unpacked(data: bytes, name: str, omissions: Omissions, depth: int) -> bytes | None:
    """Return the unpacked content; None if it cannot be read, or is too large."""
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
                packed = file.read(LIMIT + 1)
        elif data[:1] == b"\x78":
            unpacker = zlib.decompressobj()
            packed = unpacker.decompress(data, LIMIT + 1)
            if not unpacker.eof or unpacker.unused_data:
                return None
        else:
            streams = _streams(data)
            if streams is None:
                return None
            packed = streams
    except _DAMAGE:
        return None
    if len(packed) > LIMIT - omissions.unpacked:
        return None
    omissions.unpacked += len(packed)
    return _plain(packed, _inner_name(name), omissions, depth + 1) or b"bytes\0" + packed


def _streams(data: bytes) -> bytes | None:
    """Return the content of streams of bzip2 or xz; None if something else follows: it is content, too."""
    parts: list[bytes] = []
    room = LIMIT + 1
    for _ in range(_MOST_STREAMS):
        unpacker = bz2.BZ2Decompressor() if data[:3] == b"BZh" else lzma.LZMADecompressor()
        parts.append(unpacker.decompress(data, room))
        room -= len(parts[-1])
        if not unpacker.eof:
            return None
        data = unpacker.unused_data
        if not data:
            return b"".join(parts)
    return None


def _inner_name(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if dot and ending.lower() in ("gz", "bz2", "xz", "z", "zlib") else name


def _table(data: bytes, name: str, omissions: Omissions, depth: int) -> bytes | None:
    delimiter = "\t" if name.lower().endswith(".tsv") else ","
    return tables.csv_content(data, delimiter, omissions)


_READERS: dict[str, _Read] = {
    "zip": _zip,
    **dict.fromkeys(kinds.PACKED, _unpacked),
    "events": lambda data, name, omissions, depth: event_files.content(data, omissions),
    "document": lambda data, name, omissions, depth: document_times.content(data),
    "parquet": lambda data, name, omissions, depth: tensors.parquet(data, omissions),
    "safetensors": lambda data, name, omissions, depth: tensors.safetensors(data, omissions),
    "json": lambda data, name, omissions, depth: tables.json_content(data, omissions),
    "table": _table,
    "pickle": lambda data, name, omissions, depth: pickles.content(data, omissions),
}
