"""How two images differ: sizes, pixels, and a small preview of each.

Notes
-----
W3C, *Portable Network Graphics (PNG) Specification (Third Edition)*, 2025, for images that gittrack has
written; other images need Pillow.
"""

from __future__ import annotations

import io
import struct
import zlib

from gittrack.analysis.differences import ImageChange, Preview
from gittrack.core.standard.typing import Any

LARGEST_FILE = 8 << 20  # bytes
_MOST_PIXELS = 4 << 20
_PREVIEW = 34  # pixels of the longer side
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 4: 2, 2: 3, 6: 4}  # by the colour type


def compare(a: bytes, b: bytes) -> ImageChange | None:
    """Return how two files of images differ; None if one of them cannot be decoded here."""
    first, second = _pixels(a), _pixels(b)
    if first is None or second is None:
        return None
    previews = (_preview(first), _preview(second))
    sizes = ((first.shape[1], first.shape[0]), (second.shape[1], second.shape[0]))
    if sizes[0] != sizes[1]:
        return ImageChange(*sizes, previews=previews)
    distance = abs(first.astype("int16") - second)
    if not distance[:, :, 3].any():  # the opacity
        distance = distance[:, :, :3]
    pixels = int(distance.any(axis=2).sum())
    return ImageChange(
        *sizes, pixels, round(float(distance.mean()), 3), int(distance.max()), previews
    )


def _pixels(content: bytes) -> Any:
    """Return an image as an array of uint8: red, green, blue and opacity; None if it cannot be decoded."""
    try:
        pixels = _of_own_png(content)
        return _of_pillow(content) if pixels is None else pixels
    except Exception:  # noqa: BLE001 - a damaged file, for which Pillow raises errors of many kinds
        return None


def _of_own_png(content: bytes) -> Any:
    """Decode a PNG with 8 bits a channel and no filters; None for any other file."""
    import numpy as np  # noqa: PLC0415 - 140 ms that only images need

    if not content.startswith(_SIGNATURE):
        return None
    width, height, *kind = struct.unpack_from(">IIBBBBB", content, 16)
    count = _CHANNELS.get(kind[1], 0)
    if kind[0] != 8 or kind[4] or not count or not 0 < width * height <= _MOST_PIXELS:
        return None
    size = height * (width * count + 1)
    data, position = b"", 8
    while position < len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        if content[position + 4 : position + 8] == b"IDAT":
            data += content[position + 8 : position + 8 + length]
        position += length + 12
    rows = np.frombuffer(zlib.decompressobj().decompress(data, size), np.uint8)
    rows = rows.reshape(height, width * count + 1)
    if rows[:, 0].any():
        return None
    pixels = rows[:, 1:].reshape(height, width, count)
    colours = pixels[:, :, : count - (count in (2, 4))]
    opacity = pixels[:, :, -1:] if count in (2, 4) else np.full_like(pixels[:, :, :1], 255)
    return np.concatenate([np.broadcast_to(colours, (height, width, 3)), opacity], axis=2)


def _of_pillow(content: bytes) -> Any:
    """Decode an image by Pillow; None if it is not installed, or the image is large."""
    import numpy as np  # noqa: PLC0415 - 140 ms that only images need

    try:
        from PIL import Image  # noqa: PLC0415 - optional
    except ImportError:
        return None
    with Image.open(io.BytesIO(content)) as image:
        if image.width * image.height > _MOST_PIXELS:
            return None
        return np.asarray(image.convert("RGBA"))


def _preview(pixels: Any) -> Preview:
    """Return a small copy on white, as rows of (red, green, blue)."""
    import numpy as np  # noqa: PLC0415 - it is imported

    height, width = pixels.shape[:2]
    scale = max(height, width) / min(_PREVIEW, max(height, width))
    down = (
        ((np.arange(max(1, round(height / scale))) + 0.5) * scale).astype(int).clip(0, height - 1)
    )
    across = (
        ((np.arange(max(1, round(width / scale))) + 0.5) * scale).astype(int).clip(0, width - 1)
    )
    small = pixels[down][:, across].astype("uint16")
    opacity = small[:, :, 3:]
    colours = (small[:, :, :3] * opacity + 255 * (255 - opacity)) // 255
    return tuple(tuple(map(tuple, row)) for row in colours.tolist())
