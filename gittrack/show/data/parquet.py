"""Rows as a Parquet file, written by pyarrow (an extra)."""

from __future__ import annotations

from array import array
from itertools import accumulate, islice
from typing import Any, BinaryIO

from gittrack.core.errors import TrackError
from gittrack.core.scalars import flow_text
from gittrack.core.standard.collections import Callable, Iterable, Sequence

_BATCH = 10_000  # rows of a row group
_ROWS = 500  # whose values are in memory as objects of Python
_EXACT = 2**53  # a float holds every whole number up to this


def write(rows: Sequence[dict[str, Any]], names: Sequence[str], target: BinaryIO) -> None:
    """Write rows as a Parquet file.

    Parameters
    ----------
    rows : sequence of dict
        The rows, which are iterated twice; a missing column is null.
    names : sequence of str
        The columns.  A column with values of several types, or with numbers
        that no type of Parquet holds exactly, becomes text.
    target : binary file
        The file to write to.

    Raises
    ------
    TrackError
        If pyarrow is not installed.
    """
    arrow, parquet = library()
    seen = {name: _Values() for name in names}
    for row in rows:
        for name, value in row.items():
            seen[name].add(value)
    columns = {name: values.column() for name, values in seen.items()}
    kinds = [getattr(arrow, kind)() for kind, _ in columns.values()]
    schema = arrow.schema(list(zip(names, kinds, strict=True)))
    rest, batches = iter(rows), []
    with parquet.ParquetWriter(target, schema) as writer:
        while part := list(islice(rest, _ROWS)):
            cells = (
                [convert(row.get(name)) for row in part] for name, (_, convert) in columns.items()
            )
            arrays = [_array(arrow, c, kind) for c, kind in zip(cells, kinds, strict=True)]
            batches.append(arrow.record_batch(arrays, schema=schema))
            if len(batches) * _ROWS >= _BATCH or len(part) < _ROWS:
                writer.write_table(arrow.Table.from_batches(batches))
                batches = []
        if batches:
            writer.write_table(arrow.Table.from_batches(batches))


def write_history(points: Iterable[tuple[str, str, float, float, float]], target: BinaryIO) -> None:
    """Write (run, metric, step, value, time) of all points, in parts.  Raises TrackError without pyarrow."""
    arrow, parquet = library()
    kinds = (arrow.string(), arrow.string(), arrow.float64(), arrow.float64(), arrow.float64())
    names = ("run", "metric", "step", "value", "time")
    schema = arrow.schema(list(zip(names, kinds, strict=True)))
    stream = iter(points)
    with parquet.ParquetWriter(target, schema) as writer:
        while part := list(islice(stream, _BATCH)):
            texts = [[_text(point[i]) for point in part] for i in (0, 1)]
            numbers = [[float(point[i]) for point in part] for i in (2, 3, 4)]
            columns: list[list[Any]] = [*texts, *numbers]
            arrays = [_array(arrow, c, kind) for c, kind in zip(columns, kinds, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))


def library() -> tuple[Any, Any]:
    """Return pyarrow and its Parquet module.  Raises TrackError if they are not installed."""
    try:
        import pyarrow  # noqa: PLC0415 - optional, and slow to import
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise TrackError(
            "Parquet needs pyarrow, which is not installed", "pip install 'gittrack[parquet]'"
        ) from None
    return pyarrow, parquet


def _array(arrow: Any, cells: list[Any], kind: Any) -> Any:
    """Return an array of Arrow.

    It is made from buffers: ``pyarrow.array`` imports pandas if that is
    installed, which takes 50 MB and half a second.
    """
    nulls = cells.count(None)
    bitmap = _bits([cell is not None for cell in cells]) if nulls else None
    if kind == arrow.string():
        texts = [b"" if cell is None else cell.encode() for cell in cells]
        content = [array("i", accumulate(map(len, texts), initial=0)), b"".join(texts)]
    elif kind == arrow.bool_():
        content = [_bits(cells)]
    else:
        numbers = [0 if cell is None else cell for cell in cells] if nulls else cells
        content = [array("q" if kind == arrow.int64() else "d", numbers)]
    buffers = [None if part is None else arrow.py_buffer(part) for part in (bitmap, *content)]
    return arrow.Array.from_buffers(kind, len(cells), buffers, nulls)


def _bits(flags: Sequence[Any]) -> bytes:
    """Return flags as a bitmap of Arrow: the first is the lowest bit of the first byte."""
    digits = "".join("1" if flag else "0" for flag in reversed(flags))
    return int(digits or "0", 2).to_bytes(len(flags) // 8 + 1, "little")


class _Values:
    """What the values of a column have in common."""

    def __init__(self) -> None:
        self._kinds: set[type] = set()
        self._fit_int = self._fit_float = True

    def add(self, value: Any) -> None:
        """Add a value; None is the lack of one."""
        if value is None:
            return
        self._kinds.add(type(value))
        if isinstance(value, int):
            self._fit_int &= abs(value) < 2**63
            self._fit_float &= abs(value) <= _EXACT

    def column(self) -> tuple[str, Callable[[Any], Any]]:
        """Return the name of an Arrow type, and what converts a value to it."""
        if self._kinds == {bool}:
            return "bool_", _same
        if self._kinds == {int} and self._fit_int:
            return "int64", _same
        if self._kinds and self._kinds <= {int, float} and self._fit_float:
            return "float64", lambda value: None if value is None else float(value)
        return "string", lambda value: None if value is None else _text(value)


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else flow_text(value)
    return text.encode(errors="backslashreplace").decode()
