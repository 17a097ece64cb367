"""The metrics of a run that has too many of them for its commit message, from columns of the index.

A value is read when a reader needs it: a table shows a handful of a thousand metrics.  The column
``*metrics`` has the names, for runs whose summaries are plain numbers (see `writing.metric_names`).
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import run_info
from gittrack.core.run.commit_message import MISSING, split_key
from gittrack.core.run.run_info import Metric
from gittrack.core.standard.collections import Callable, Iterator, Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.index import columns, store
from gittrack.read.index.chunk import METRICS, DamagedIndex, RunChunk
from gittrack.read.index.store import Index
from gittrack.read.index.table import RunTable
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw

Keys = Mapping[str, bytes]  # {name of a metric: its key in the body}


def with_metrics(
    repo: git.Repo, table: RunTable, positions: Sequence[int], raws: Sequence[Raw]
) -> list[Raw]:
    """Return the runs at some positions; the ones whose metrics are in columns get them."""
    rows, first = table.rows(positions), 0
    completed = list(raws)
    for chunk in table.index.chunks:
        inside = [at for at, row in enumerate(rows) if first <= row < first + chunk.rows]
        keys = _keys_of_rows(chunk) if inside else []
        values = _ChunkValues(table.index, chunk)
        for at in inside if keys else ():
            row, raw = rows[at] - first, raws[at]
            if keys[row] is not MISSING and raw.body is not None:
                metrics = StoredMetrics(keys[row], values.at(row), _OfGit(repo, raw))
                completed[at] = raw._replace(metrics=metrics)
        first += chunk.rows
    return completed


def _keys_of_rows(chunk: RunChunk) -> list[Any]:
    """Return the keys of the metrics of each run of a chunk; `MISSING` if its metrics are not in columns."""
    column = chunk.column(METRICS)
    return columns.values(column, chunk.content(METRICS), _keys) if column else []


def _keys(text: bytes) -> Keys:
    keys = text.split(b"\t")[1:]
    return {split_key(key.decode())[0]: key for key in keys}


class _ChunkValues:
    """The values of metrics of a chunk; a column is read once for all runs."""

    def __init__(self, index: Index, chunk: RunChunk) -> None:
        self._index, self._chunk = index, chunk  # an index that nobody holds closes its file
        self._columns: dict[bytes, list[Any]] = {}

    def at(self, row: int) -> Callable[[bytes], Metric]:
        """Return a function that returns the metric of a key in a run."""

        def metric(key: bytes) -> Metric:
            last, low, high, step, count = (self._part(key, part, row) for part in Metric._fields)
            # A column has whole numbers as floats; `writing.metric_names` checked which parts are whole.
            return Metric(last, low, high, None if step is None else int(step), int(count))

        return metric

    def _part(self, key: bytes, part: str, row: int) -> Any:
        name = b"metrics.%s:%s" % (key, part.encode())
        values = self._columns.get(name)
        if values is None:
            values = self._columns[name] = self._chunk.values(name) or []
        return values[row]


class _OfGit:
    """The metrics of a run from its file, for an index that was damaged since the run was selected."""

    def __init__(self, repo: git.Repo, raw: Raw) -> None:
        self._repo, self._raw = repo, raw
        self._document: Mapping[str, Any] | None = None

    def __call__(self, name: str) -> Metric:
        """Return a metric.  Raises Damaged if the file cannot be read."""
        if self._document is None:
            store.forget(self._repo.common_dir)
            self._document = reader.load_yaml(self._repo, self._raw, layout.METRICS) or {}
        return run_info.metric(self._document[name])


class StoredMetrics(Mapping[str, Metric]):
    """The metrics of a run by name, which are read when they are needed.

    Parameters
    ----------
    keys : mapping
        {name: key}, in the order of the file of the run.
    read : callable
        Returns the metric of a key; raises DamagedIndex.
    instead : callable
        Returns the metric of a name if ``read`` cannot.
    """

    def __init__(
        self, keys: Keys, read: Callable[[bytes], Metric], instead: Callable[[str], Metric]
    ) -> None:
        self._keys, self._read, self._instead = keys, read, instead

    def __getitem__(self, name: str) -> Metric:
        """Return a metric."""
        key = self._keys[name]
        try:
            return self._read(key)
        except DamagedIndex:
            return self._instead(name)

    def __contains__(self, name: object) -> bool:
        """Return whether the run has a metric, without reading it."""
        return name in self._keys

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._keys)

    def __len__(self) -> int:
        """Return the number of metrics."""
        return len(self._keys)
