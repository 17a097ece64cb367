"""The content of a PDF or SVG file without the time at which it was made."""

from __future__ import annotations

import re

_DATES = re.compile(
    rb"(/(?:CreationDate|ModDate)\s*)\([^)]{0,100}\)"
    rb"|(<(?:xmp:\w*Date|dc:date)>)[^<]*(?=</)"
    rb"|(/ID\s*)\[\s*<[0-9A-Fa-f]*>\s*<[0-9A-Fa-f]*>\s*\]"
)
# Matplotlib makes the names of clip paths and markers from a random salt: a letter and ten hex digits.
_RANDOM_ID = re.compile(rb'(?<=[#"])[A-Za-z][0-9a-f]{10}(?=[")])')


def content(data: bytes) -> bytes:
    """Return the bytes of a PDF or SVG file without dates and random identifiers."""
    dated = _DATES.sub(lambda match: next(filter(None, match.groups())), data)
    if data[:5] == b"%PDF-":
        return dated
    numbers: dict[bytes, bytes] = {}
    return _RANDOM_ID.sub(lambda match: numbers.setdefault(match[0], b"id%d" % len(numbers)), dated)
