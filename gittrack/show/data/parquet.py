"""Rows as a Parquet file, written by pyarrow (an extra)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, BinaryIO

from gittrack.core.errors import TrackError
from gittrack.core.scalars import flow_text

_BATCH = 50_000
_EXACT = 2**53  # a float holds every whole number up to this


def write(rows: Sequence[dict[str, Any]], names: Sequence[str], target: BinaryIO) -> None:
    """Write rows as a Parquet file.

    Parameters
    ----------
    rows : sequence of dict
        The rows; a missing column is null.
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
    columns = {name: _column([row.get(name) for row in rows]) for name in names}
    arrays = [arrow.array(values, getattr(arrow, kind)()) for kind, values in columns.values()]
    parquet.write_table(arrow.table(arrays, names=list(names)), target)


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
            arrays = [arrow.array(c, k) for c, k in zip([*texts, *numbers], kinds, strict=True)]
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


def _column(values: list[Any]) -> tuple[str, list[Any]]:
    """Return the name of an Arrow type, and the values converted to it."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "bool_", values
    if kinds == {int} and all(value is None or abs(value) < 2**63 for value in values):
        return "int64", values
    if kinds and kinds <= {int, float} and all(map(_fits_float, values)):
        return "float64", [None if value is None else float(value) for value in values]
    return "string", [None if value is None else _text(value) for value in values]


def _fits_float(value: Any) -> bool:
    return not isinstance(value, int) or abs(value) <= _EXACT


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else flow_text(value)
    return text.encode(errors="backslashreplace").decode()
