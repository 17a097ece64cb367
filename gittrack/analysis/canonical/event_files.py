"""The content of a TensorBoard event file without the times at which its records were written.

Notes
-----
The format is TFRecord (length, checksum, data, checksum) with one Event message a record, whose field 1 is
``wall_time``: tensorflow/core/util/event.proto.
"""

from __future__ import annotations

from collections.abc import Iterator

_WALL_TIME = 1


def content(data: bytes) -> bytes | None:
    """Return the records without their wall times; None if ``data`` is not a whole event file."""
    parts: list[bytes] = []
    try:
        for record in _records(data):
            fields = [field for number, field in _fields(record) if number != _WALL_TIME]
            body = b"".join(fields)
            parts.append(len(body).to_bytes(8, "little") + body)
    except (ValueError, IndexError):
        return None
    return b"".join(parts) if parts else None


def _records(data: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        start = position + 12
        end = start + int.from_bytes(data[position : position + 8], "little")
        if end + 4 > len(data):
            raise ValueError("the last record is incomplete")
        yield data[start:end]
        position = end + 4


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number, bytes) of each field of a protocol buffer message."""
    position = 0
    while position < len(message):
        key, end = _varint(message, position)
        kind = key & 7
        if kind == 0:
            _, end = _varint(message, end)
        elif kind == 2:
            size, end = _varint(message, end)
            end += size
        elif kind in (1, 5):
            end += 8 if kind == 1 else 4
        else:
            raise ValueError(f"the kind {kind} of a field is unknown")
        if end > len(message):
            raise ValueError("a field is longer than its message")
        yield key >> 3, message[position:end]
        position = end


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Return a number, and the position after it.  Raises IndexError at the end of the message."""
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")
