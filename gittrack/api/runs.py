"""Runs as the Python API hands them out: a sequence that sorts, converts, and shows itself in notebooks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, overload

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.read.runs import record
from gittrack.show.data import flat, jsonable
from gittrack.show.page import html
from gittrack.show.terminal import columns, runs, table


class RunRecord(record.RunRecord):
    """One recorded run; in a notebook it shows itself as tables."""

    def _repr_html_(self) -> str:
        return html.record(self.info)


class Runs(Sequence[RunRecord]):
    """Some runs, in an order.  Slices and filters give others; nothing here changes."""

    def __init__(self, found: Iterable[RunRecord]) -> None:
        self._runs = tuple(found)

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, index: int) -> RunRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Runs: ...
    def __getitem__(self, index: int | slice) -> RunRecord | Runs:
        return Runs(self._runs[index]) if isinstance(index, slice) else self._runs[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence):
            return list(self) == list(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._runs)

    def __repr__(self) -> str:
        if not self._runs:
            return "no runs"
        infos = [run.info for run in self._runs[:20]]
        more = len(self) - len(infos)
        shown = table.render(runs.listing(infos, time.time()))
        return (shown + (f"and {more} more runs" if more else "")).rstrip("\n")

    def _repr_html_(self) -> str:
        return html.page([run.info for run in self._runs], time.time())

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the runs as plain dicts, with the keys of ``--json``."""
        return [jsonable.run(run.info) for run in self._runs]

    def to_pandas(self) -> Any:
        """Return a ``pandas.DataFrame``, a row a run: facts, ``params.x``, ``metrics.x`` (the last value).

        Raises TrackError where pandas is not installed.
        """
        try:
            import pandas  # noqa: PLC0415 - only where it is installed, and asked for
        except ImportError:
            raise TrackError("pandas is not installed", "pip install pandas") from None
        rows = [flat.row(run.info) for run in self._runs]
        return pandas.DataFrame(rows, columns=flat.columns(rows))

    def top(self, metric: str, *, smallest: bool = False) -> Runs:
        """Return the runs that have a number for ``metric`` (or ``METRIC.max``, ``.min``), best first.

        Raises TrackError naming the metrics that exist where none has it.
        """
        get = columns.metric(metric.removeprefix("metrics.")).get
        pairs = [(get(run.info), run) for run in self._runs]
        ranked = [(value, run) for value, run in pairs if value is not None and value == value]
        if not ranked and self._runs:
            known = sorted({name for run in self._runs for name in run.info.metrics})
            hint = did_you_mean(metric, known, f"there are: {', '.join(known[:8]) or 'none'}")
            raise TrackError(f"no run has the metric {metric!r}", hint)
        ranked.sort(key=lambda pair: pair[0], reverse=not smallest)
        return Runs(run for _, run in ranked)
