"""Very many values, in a file without a name: they are read again and again, and take little memory."""

from __future__ import annotations

import os
import pickle
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

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
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the last reference
        self._blocks: list[tuple[int, int]] = []  # where each begins, and its bytes
        self._count = 0
        rest = iter(values)
        while block := list(islice(rest, _BLOCK)):
            data = zlib.compress(pickle.dumps(block, pickle.HIGHEST_PROTOCOL), 1)
            self._blocks.append((self._file.tell(), self._file.write(data)))
            self._count += len(block)
        self._file.flush()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._blocks)):
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
        start, size = self._blocks[number]
        block: list[T] = pickle.loads(zlib.decompress(os.pread(self._file.fileno(), size, start)))
        return block
