"""Tables and histograms, stored as CSV files."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.record.media.medium import Encoded, Medium, array_of

_MOST_ROWS = 200_000


class Table(Medium):
    """A table, for ``run.log({"errors": gittrack.Table(rows, columns=["text", "label"])})``.

    Parameters
    ----------
    data : pandas.DataFrame, list of rows, list of mappings, mapping of columns, or array, optional
        The cells: numbers, text, None, or media such as `Image`, which become files in a folder beside the
        table, and whose cells have the names of the files.
    columns : sequence of str, optional
        The names of the columns.  Default: those of ``data``, else ``0``, ``1`` and so on.
    caption : str, optional
        A line of text about the table.
    """

    type = "table"

    def __init__(
        self, data: Any = None, columns: Sequence[str] | None = None, caption: str | None = None
    ) -> None:
        super().__init__(caption)
        own_columns, rows = _rows(data)
        names = [str(name) for name in (own_columns if columns is None else columns)]
        self.columns = names or [str(number) for number in range(len(rows[0]) if rows else 0)]
        self.data = rows

    def add_row(self, *cells: Any) -> None:
        """Add a row.

        Parameters
        ----------
        *cells : object
            The cells, in the order of the columns.
        """
        self.data.append(list(cells))

    def encode(self) -> Encoded:
        """Return the table as a CSV file, and the media in its cells as files."""
        if len(self.data) > _MOST_ROWS:
            raise TrackError(
                f"the table has {len(self.data):,} rows, and at most {_MOST_ROWS:,} are stored",
                "log a part of it, or the file with run.log_artifact",
            )
        parts: list[tuple[str, bytes]] = []
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.columns)
        for number, row in enumerate(self.data):
            cells = [_cell(cell, f"r{number}c{column}", parts) for column, cell in enumerate(row)]
            writer.writerow(cells)
        facts = {"rows": len(self.data), "columns": len(self.columns)}
        return Encoded(buffer.getvalue().encode("utf-8", "surrogatepass"), ".csv", facts, parts)


def _cell(cell: Any, stem: str, parts: list[tuple[str, bytes]]) -> Any:
    """Return a cell as text or number; a medium becomes a part, whose name the cell has."""
    if isinstance(cell, Medium):
        encoded = cell.encode()
        parts.append((f"{stem}{encoded.ending}", encoded.content))
        return parts[-1][0]
    if cell is None or isinstance(cell, (str, int, float)):
        return "" if cell is None else repr(cell) if isinstance(cell, float) else cell
    if callable(getattr(cell, "item", None)) and getattr(cell, "size", 1) == 1:
        return cell.item()
    return str(cell.tolist() if callable(getattr(cell, "tolist", None)) else cell)


def _rows(data: Any) -> tuple[list[Any], list[list[Any]]]:
    """Return the columns that the data name, and the rows."""
    if data is None:
        return [], []
    if isinstance(data, Table):
        return list(data.columns), [list(row) for row in data.data]
    if hasattr(data, "columns") and hasattr(data, "itertuples"):  # pandas
        return list(data.columns), [list(row) for row in data.itertuples(index=False, name=None)]
    if hasattr(data, "columns") and callable(getattr(data, "rows", None)):  # polars
        return list(data.columns), [list(row) for row in data.rows()]
    if isinstance(data, Mapping):
        names = list(data)
        columns = [list(values) for values in data.values()]
        if len({len(column) for column in columns}) > 1:
            raise TrackError("the columns of the table have different lengths", "make them equal")
        return names, [list(row) for row in zip(*columns, strict=True)]
    return _of_sequence(data)


def _of_sequence(data: Any) -> tuple[list[Any], list[list[Any]]]:
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise TrackError(
            f"a {type(data).__name__} is not a table", "pass a list of rows, or a DataFrame"
        )
    items = list(data)
    if items and all(isinstance(item, Mapping) for item in items):
        names = list(dict.fromkeys(name for item in items for name in item))
        return names, [[item.get(name) for name in names] for item in items]
    scalar = (str, bytes, int, float)
    return [], [
        [item] if isinstance(item, scalar) or not isinstance(item, Iterable) else list(item)
        for item in items
    ]


class Histogram(Medium):
    """A histogram, for ``run.log({"weights": gittrack.Histogram(weights)}, step=3)``.

    Parameters
    ----------
    data : array or sequence of numbers, optional
        The values.  Those that are not finite are left out and counted.
    bins : int, default 64
        The number of bins of equal width.
    np_histogram : tuple, optional
        (counts, edges) as ``numpy.histogram`` returns them, in place of the values.
    caption : str, optional
        A line of text about the histogram.
    """

    type = "histogram"

    def __init__(
        self,
        data: Any = None,
        bins: int = 64,
        *,
        np_histogram: tuple[Any, Any] | None = None,
        caption: str | None = None,
    ) -> None:
        super().__init__(caption)
        self.data = data
        self.bins = bins
        self.np_histogram = np_histogram

    def encode(self) -> Encoded:
        """Return the histogram as a CSV file with the columns from, to and count."""
        counts, edges, facts = self._counted()
        if len(edges) != len(counts) + 1:
            raise TrackError(
                f"a histogram has {len(counts)} counts and {len(edges)} edges",
                "pass one edge more than counts, as numpy.histogram returns them",
            )
        rows = [
            f"{low!r},{high!r},{count!r}\n"
            for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
        return Encoded("".join(["from,to,count\n", *rows]).encode(), ".csv", facts)

    def _counted(self) -> tuple[list[Any], list[Any], dict[str, Any]]:
        import numpy as np  # noqa: PLC0415 - 140 ms that a program without media must not pay

        if self.np_histogram is not None:
            counts, edges = (array_of(part).tolist() for part in self.np_histogram)
            return counts, edges, {"count": sum(counts)}
        array = array_of(self.data)
        values = np.ravel(array).astype(np.float64)
        finite = values[np.isfinite(values)]
        counts, edges = (part.tolist() for part in np.histogram(finite, bins=min(self.bins, 512)))
        facts: dict[str, Any] = {"count": int(finite.size)}
        if finite.size:
            facts |= {"min": float(finite.min()), "max": float(finite.max())}
            facts |= {"mean": float(finite.mean()), "std": float(finite.std())}
        if finite.size < values.size:
            facts["not_finite"] = int(values.size - finite.size)
        return counts, edges, {k: v for k, v in facts.items() if math.isfinite(v)}
