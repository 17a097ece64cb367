"""PNG files from arrays: grey, grey with alpha, RGB, RGBA; animated if there are several frames.

Notes
-----
W3C, *Portable Network Graphics (PNG) Specification (Third Edition)*, 2025; it includes animations (APNG).
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

from gittrack.core.standard.collections import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # by the number of channels
_LEVEL = 4  # of zlib: half the time of the default, and a few per cent more bytes


def encode(pixels: Any) -> bytes:
    """Return an array of uint8, of shape (height, width, channels), as a PNG file."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[channels], 0, 0, 0)
    body = _chunk(b"IDAT", _compressed(pixels))
    return SIGNATURE + _chunk(b"IHDR", header) + body + _chunk(b"IEND", b"")


def encode_animation(frames: Any, fps: float) -> bytes:
    """Return an array of uint8, of shape (frames, height, width, channels), as an animated PNG file."""
    count, height, width, channels = frames.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[channels], 0, 0, 0)
    parts = [SIGNATURE, _chunk(b"IHDR", header), _chunk(b"acTL", struct.pack(">II", count, 0))]
    delay = (max(1, min(65535, round(1000 / fps))), 1000)
    parts += _frames(frames, (width, height), delay)
    return b"".join([*parts, _chunk(b"IEND", b"")])


def _frames(frames: Any, size: tuple[int, int], delay: tuple[int, int]) -> Iterator[bytes]:
    sequence = 0
    for number, frame in enumerate(frames):
        control = struct.pack(">IIIIIHHBB", sequence, *size, 0, 0, *delay, 0, 0)
        yield _chunk(b"fcTL", control)
        sequence += 1
        data = _compressed(frame)
        if number == 0:
            yield _chunk(b"IDAT", data)
        else:
            yield _chunk(b"fdAT", struct.pack(">I", sequence) + data)
            sequence += 1


def _compressed(pixels: Any) -> bytes:
    """Return the rows of an image, each after the byte of the filter "none", compressed."""
    import numpy as np  # noqa: PLC0415 - the array has imported it

    height = pixels.shape[0]
    rows = np.zeros((height, pixels[0].size + 1), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    return zlib.compress(rows.tobytes(), _LEVEL)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
