"""Very many values, in a file without a name: they are read again and again, and take little memory.

If there is no room for the file, the rest is in memory, compressed.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import zlib
from itertools import islice
from typing import IO, Any, TypeVar

from gittrack.core.standard.collections import Iterable, Iterator, Sequence

T = TypeVar("T")
_BLOCK = 512  # values that are read at once


class Spool(Sequence[T]):
    """A sequence of values that is in a temporary file; only blocks of it are in memory.

    Parameters
    ----------
    values : iterable
        The values, which are taken and written one block after the other.
    """

    def __init__(self, values: Iterable[T]) -> None:
        self._file = _temporary_file()
        self._handle = self._file.fileno() if self._file else -1  # nothing can be written to it
        self._places: list[tuple[int, int]] = []  # of each block in the file: its begin and size
        self._in_memory: dict[int, bytes] = {}  # the blocks that are not in the file
        self._count = end = 0
        rest = iter(values)
        while block := list(islice(rest, _BLOCK)):
            data = zlib.compress(pickle.dumps(block, pickle.HIGHEST_PROTOCOL), 1)
            if not _write(self._handle, data, end):
                self._in_memory[len(self._places)] = data
            self._places.append((end, len(data)))
            end += len(data)
            self._count += len(block)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._places)):
            yield from self._block(number)

    def __getitem__(self, index: Any) -> Any:
        positions = range(self._count)[index]
        if not isinstance(positions, range):
            return self._block(positions // _BLOCK)[positions % _BLOCK]
        if not positions:
            return []
        first, last = min(positions) // _BLOCK, max(positions) // _BLOCK
        values = [value for number in range(first, last + 1) for value in self._block(number)]
        return [values[position - first * _BLOCK] for position in positions]

    def _block(self, number: int) -> list[T]:
        data = self._in_memory.get(number)
        if data is None:
            start, size = self._places[number]
            data = os.pread(self._handle, size, start)
        block: list[T] = pickle.loads(zlib.decompress(data))
        return block


def _temporary_file() -> IO[bytes] | None:
    """Return a file without a name, which is closed with the last reference; None if no folder takes one."""
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError:
        return None


def _write(handle: int, data: bytes, at: int) -> bool:
    """Write data at a position of a file; return whether there was room for all of it."""
    try:
        return os.pwrite(handle, data, at) == len(data)
    except OSError:
        return False
