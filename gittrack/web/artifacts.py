"""The content of artifacts, by the id of their content in the listing of their run, and never by a path.

What a run logged may contain scripts.  So only pictures, sounds and plain text are shown in the page, each
under a policy of its own that forbids everything; pages and drawings are for a frame without scripts.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gittrack.core import layout
from gittrack.core.standard.collections import Iterator
from gittrack.read.runs.record import RunRecord
from gittrack.web.views import previews

_LARGEST_SHOWN = 64 << 20  # bytes; a larger one is an attachment
_PART = 1 << 20
ALONE = "sandbox; default-src 'none'; frame-ancestors 'none'"
FRAMED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
_MARKS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
}


class Content(NamedTuple):
    """The content of an artifact: its parts, its size, its type, its headers, and its policy."""

    parts: Iterator[bytes]
    size: int
    kind: str
    headers: tuple[tuple[str, str], ...] = ()
    policy: str = ALONE


def content(record: RunRecord, oid: str, *, frame: bool = False) -> Content:
    """Return the content of an artifact, which is named by its SHA-256; ``frame``: for a frame of the page.

    Raises TrackError if the run lists no such artifact, or if its content is not here.
    """
    path = str(previews.item_of(record, oid)["path"])
    data = record.content(f"{layout.ARTIFACTS}/{path}")
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    head = _head(data)
    kind, policy = _shown_as(path, head, size, frame=frame)
    name = (("Content-Disposition", f"attachment; filename*=UTF-8''{_encoded(path)}"),)
    headers = name if kind == "application/octet-stream" else ()
    return Content(_parts(data), size, kind, headers, policy)


def kind_of(path: str, data: bytes) -> str:
    """Return the type of an artifact that a file holds; pictures that are none are shown as nothing."""
    return _shown_as(path, data[:16], len(data), frame=False)[0]


def _shown_as(path: str, head: bytes, size: int, *, frame: bool) -> tuple[str, str]:
    """Return the type and the policy of an artifact; an attachment unless it is surely harmless."""
    end = previews.ending(path)
    attachment = ("application/octet-stream", ALONE)
    if size > _LARGEST_SHOWN:
        return attachment
    if end in previews.IMAGES:
        kind = previews.IMAGES[end]
        return (kind, ALONE) if head.startswith(_MARKS[kind]) else attachment
    if end in previews.AUDIO:
        return previews.AUDIO[end], ALONE
    if end in previews.FRAMES:
        return (
            (f"{previews.FRAMES[end]}; charset=utf-8", f"{FRAMED}; frame-ancestors 'self'")
            if frame
            else attachment
        )
    if end in previews.TEXTS or end in previews.TABLES:
        return "text/plain; charset=utf-8", ALONE
    return attachment


def _head(data: bytes | Path) -> bytes:
    if isinstance(data, bytes):
        return data[:16]
    with open(data, "rb") as file:
        return file.read(16)


def _parts(data: bytes | Path) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    with open(data, "rb") as file:
        while part := file.read(_PART):
            yield part


def _encoded(path: str) -> str:
    """Return the name of a file for a header: everything but letters, digits, dots and dashes is escaped."""
    name = path.rpartition("/")[2].encode("utf-8", "surrogateescape")
    return "".join(
        chr(b) if (chr(b).isalnum() and b < 128) or b in b".-_" else f"%{b:02X}" for b in name
    )
