"""Images in the HTML of a notebook, as data within the page."""

from __future__ import annotations

import base64
import html
from typing import NamedTuple

from gittrack.core.standard.collections import Sequence

_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}
_STYLE = "max-width: 180px; max-height: 180px; min-width: 48px; image-rendering: pixelated"


class DataImage(NamedTuple):
    """An image with its name; ``kind`` is its media type, such as ``image/png``."""

    name: str
    kind: str
    content: bytes


def kind(path: str) -> str:
    """Return the media type of a file that a browser shows as an image; empty for any other."""
    return _KINDS.get(path[path.rfind(".") :].lower(), "")


def figures(pictures: Sequence[DataImage]) -> str:
    """Return images with their names below them, beside each other; nothing without images."""
    cells = "".join(
        f'<td style="text-align: center; vertical-align: bottom"><img style="{_STYLE}" '
        f'src="data:{picture.kind};base64,{base64.b64encode(picture.content).decode()}">'
        f"<br>{html.escape(picture.name)}</td>"
        for picture in pictures
    )
    return f"<table><tbody><tr>{cells}</tr></tbody></table>" if cells else ""
