"""The content of a TensorBoard event file: its values, without times, and without scalars that tell times.

Notes
-----
The format is TFRecord (length, checksum, data, checksum) with one Event message a record, whose field 1 is
``wall_time`` and whose field 5 is the summary: a list of values, of which field 1 is the tag.  See
tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
"""

from __future__ import annotations

from gittrack.analysis.canonical.tables import Omissions
from gittrack.analysis.volatile import is_volatile
from gittrack.core.standard.collections import Iterator

_WALL_TIME, _SUMMARY = 1, 5  # fields of Event
_VALUE, _TAG = 1, 1  # fields of Summary, and of its values


def content(data: bytes, omissions: Omissions) -> bytes | None:
    """Return the records without times; None if ``data`` is not a whole event file.

    The tags of scalars that measure time or memory, such as ``charts/SPS``, are added to the omissions.
    """
    parts: list[bytes] = []
    try:
        for record in _records(data):
            body = b"".join(_without_times(record, omissions))
            parts.append(len(body).to_bytes(8, "little") + body)
    except (ValueError, IndexError):
        return None
    return b"".join(parts) if parts else None


def _without_times(record: bytes, omissions: Omissions) -> Iterator[bytes]:
    """Yield the fields of an Event; of its summary only the values that are not times."""
    for number, field in _fields(record):
        if number != _SUMMARY:
            yield b"" if number == _WALL_TIME else field
            continue
        for value_number, value in _fields(_inside(field)):
            tags = [_inside(part) for n, part in _fields(_inside(value)) if n == _TAG]
            tag = tags[0].decode(errors="replace") if value_number == _VALUE and tags else ""
            if is_volatile(tag):
                omissions.names.setdefault(tag)
            else:
                yield value


def _inside(field: bytes) -> bytes:
    """Return the content of a field that has a length, without its key and length."""
    _, position = _varint(field, 0)
    _, position = _varint(field, position)
    return field[position:]


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
