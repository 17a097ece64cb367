"""A part of the console output of a run, or of a text among its artifacts; and the lines with some words."""

from __future__ import annotations

import codecs
import re
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.run.run_info import RUNNING
from gittrack.read.runs.record import RunRecord
from gittrack.web.params import Params
from gittrack.web.views import previews
from gittrack.web.views import run as run_view

_USUAL = 256 << 10
_MOST = 1 << 20
_SEARCHED = 64 << 20  # bytes, from the beginning
_MOST_MATCHES = 10_000
# What steers a terminal, as in js/console.js; colours do not divide a word.
_CONTROLS = re.compile(
    rb"\x1b\[[0-9:;<=>?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]|[\r\x08]"
)


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``log``: bytes from ``from`` on, or the end; or where ``find`` is."""
    record = run_view.record_of(repo, params.required("run"))
    path = previews.path_of(record, params.text("oid")) if params.text("oid") else layout.LOG
    if path == layout.LOG and path not in record.files():
        data, size = b"", 0
    elif params.text("find"):
        data, size = record.part(path, 0, _SEARCHED)
        return {**matches(data, params.text("find")), "searched": len(data), "size": size}
    else:
        limit = params.whole("limit", _USUAL, _MOST)
        data, size = record.part(path, params.whole("from", -limit, 1 << 50), limit)
    return {
        **part(data, _first(params, data, size), size),
        "first": 0,
        "live": record.info.status == RUNNING and path == layout.LOG,
    }


def whole(record: RunRecord, most: int) -> dict[str, Any]:
    """Return the document ``log`` of a file: the end of the console, of which nothing else is there."""
    if layout.LOG not in record.files():
        return {**part(b"", 0, 0), "first": 0, "live": False}
    data, size = record.part(layout.LOG, -most, most)
    content = part(data, size - len(data), size)
    return {**content, "first": content["from"], "live": False}


def _first(params: Params, data: bytes, size: int) -> int:
    """Return the byte at which data begins."""
    return min(params.whole("from", size - len(data), 1 << 50), size)


def part(data: bytes, start: int, size: int) -> dict[str, Any]:
    """Return bytes as text, from the first whole character to the last one."""
    cut = 0
    while start and cut < min(3, len(data)) and data[cut] & 0xC0 == 0x80:
        cut += 1
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    end = start + len(data)
    text = decoder.decode(data[cut:], final=end >= size)
    return {"text": text, "from": start + cut, "to": end - len(decoder.getstate()[0]), "size": size}


def matches(data: bytes, words: str) -> dict[str, Any]:
    """Return the bytes at which the lines begin that have some words; case and colours do not count."""
    lowered = words.lower()
    starts: list[int] = []
    total = start = 0
    for line in data.split(b"\n"):
        if lowered in _CONTROLS.sub(b"", line).decode(errors="replace").lower():
            total += 1
            if len(starts) < _MOST_MATCHES:
                starts.append(start)
        start += len(line) + 1
    return {"matches": starts, "total": total}
