"""The content of safetensors and Parquet files without what their writers add."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from gittrack.analysis.canonical.tables import Omissions, json_content
from gittrack.core.standard.collections import Iterator

_CREATED_BY = 6  # fields of FileMetaData in parquet.thrift
_KEY_VALUES = 5
_ARROW_SCHEMA = b"ARROW:schema"  # the schema again, with a copy of all keys and values
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = (
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    10,
    11,
    12,
)
_DEEPEST = 20


def safetensors(data: bytes, omissions: Omissions) -> bytes | None:
    """Return the digest of the tensors, by their names; None if it is not a safetensors file.

    Notes
    -----
    The format: the length of the header (8 bytes, little endian), the header in JSON, the tensors, which fill
    the rest without holes.  The order of the names in the header, and of the tensors, is not content.
    """
    size = int.from_bytes(data[:8], "little")
    start = 8 + size
    if size > len(data):
        return None
    try:
        header = json.loads(data[8:start])
        note = json.dumps(header.pop("__metadata__", {}), sort_keys=True).encode()
        total = hashlib.sha256(json_content(note, omissions) or note)
        if not _fill(header, len(data) - start):
            return None
        for name, tensor in sorted(header.items()):
            begin, end = tensor["data_offsets"]
            facts = json.dumps([name, tensor["dtype"], tensor["shape"], end - begin])
            total.update(facts.encode() + b"\0" + data[start + begin : start + end])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return total.digest()


def _fill(header: dict[str, Any], size: int) -> bool:
    """Return whether the tensors of a header fill all bytes behind it, each byte once."""
    position = 0
    for begin, end in sorted(tuple(tensor["data_offsets"]) for tensor in header.values()):
        if begin != position or end < begin:
            return False
        position = end
    return position == size


def parquet(data: bytes, omissions: Omissions) -> bytes | None:
    """Return the digest of pages and schema, without the writer and without times in the metadata.

    Notes
    -----
    The format: pages, the footer (a struct in Thrift's compact protocol), its length, ``PAR1``.
    """
    size = int.from_bytes(data[-8:-4], "little")
    if data[:4] != b"PAR1" or data[-4:] != b"PAR1" or size > len(data) - 12:
        return None
    footer = data[-8 - size : -8]
    total = hashlib.sha256(data[: -8 - size])
    try:
        for number, field in _fields(footer):
            if number == _KEY_VALUES:
                total.update(b"".join(_key_values(field, omissions)))
            elif number != _CREATED_BY:
                total.update(b"%d:" % number + field)
    except (ValueError, IndexError):
        return None
    return total.digest()


def _fields(struct: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number, bytes) of each field of a struct in Thrift's compact protocol."""
    position = number = 0
    while struct[position]:
        kind, delta = struct[position] & 15, struct[position] >> 4
        position += 1
        if delta:
            number += delta
        else:
            zigzag, position = _varint(struct, position)
            number = (zigzag >> 1) ^ -(zigzag & 1)
        end = _end(struct, position, kind, 0)
        yield number, struct[position:end]
        position = end


def _key_values(field: bytes, omissions: Omissions) -> Iterator[bytes]:
    """Yield the keys and values of a list of structs; a value in JSON without its times."""
    count, position = field[0] >> 4, 1
    if count == 15:
        count, position = _varint(field, position)
    for _ in range(count):
        end = _end(field, position, _STRUCT, 0)
        texts = [text[_varint(text, 0)[1] :] for _, text in _fields(field[position:end])]
        if texts[0] != _ARROW_SCHEMA:
            yield b"".join((json_content(text, omissions) or text) + b"\0" for text in texts)
        position = end


def _end(data: bytes, position: int, kind: int, depth: int) -> int:
    """Return the position after a value.  Raises ValueError or IndexError if it is not one."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if kind in (_TRUE, _FALSE):
        return position
    if kind == _BYTE:
        return position + 1
    if kind < _DOUBLE:
        return _varint(data, position)[1]
    if kind == _DOUBLE:
        return position + 8
    if kind == _BINARY:
        size, position = _varint(data, position)
        return position + size
    if kind in (_LIST, _SET):
        count, inner, position = data[position] >> 4, data[position] & 15, position + 1
        if count == 15:
            count, position = _varint(data, position)
        for _ in range(count):
            if position >= len(data):
                raise IndexError("a list is longer than the data")
            position = position + 1 if inner in (1, 2) else _end(data, position, inner, depth + 1)
        return position
    if kind == _STRUCT:
        while data[position]:
            inner, delta = data[position] & 15, data[position] >> 4
            position = position + 1 if delta else _varint(data, position + 1)[1]
            position = _end(data, position, inner, depth + 1)
        return position + 1
    raise ValueError(f"the kind {kind} of a field is unknown")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")
