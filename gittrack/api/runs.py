"""Runs as the Python API hands them out: a sequence that sorts, converts, and shows itself in notebooks."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Sequence
from typing import Any, overload

from gittrack import git
from gittrack.analysis.direction import MAX, MIN, Direction, base_name, direction
from gittrack.api import arguments
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.read.runs import record
from gittrack.show.data import flat, jsonable
from gittrack.show.page import html
from gittrack.show.terminal import columns, runs, table

_log = logging.getLogger("gittrack")


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
        rows = [flat.utf8(flat.row(run.info)) for run in self._runs]
        return pandas.DataFrame(rows, columns=flat.columns(rows))

    def top(self, metric: str, *, smallest: bool | None = None) -> Runs:
        """Return the runs that have a number for a metric, best first.

        Runs with NaN are left out, and those with infinity come last.

        Parameters
        ----------
        metric : str
            The name of a metric, for its last value; or ``METRIC.max``, ``METRIC.min``.
        smallest : bool, optional
            Whether the smallest is the best.  By default ``track.goal.<metric>``, the runs'
            ``define_metric(goal=...)`` or a word in the name such as loss decide; if none of them says it,
            the largest is first.  What was assumed is logged as a warning.

        Raises
        ------
        TrackError
            If no run has the metric; it names those that exist.
        """
        arguments.text(metric, "the metric", "top('val_loss')")
        get = columns.metric(metric.removeprefix("metrics.")).get
        pairs = [(get(run.info), run) for run in self._runs]
        ranked = [(value, run) for value, run in pairs if value is not None and value == value]
        if not ranked and self._runs:
            known = sorted({name for run in self._runs for name in run.info.metrics})
            hint = did_you_mean(metric, known, f"there are: {', '.join(known[:8]) or 'none'}")
            raise TrackError(f"no run has the metric {metric!r}", hint)
        better = self._direction(metric, smallest)
        sign = 1 if better.smallest else -1
        ranked.sort(key=lambda pair: (math.isinf(pair[0]), sign * pair[0]))
        return Runs(run for _, run in ranked)

    def _direction(self, metric: str, smallest: bool | None) -> Direction:
        if smallest is not None or not self._runs:
            return direction(metric, option=MIN if smallest else MAX)
        repo, name = self._runs[0]._repo, base_name(metric)
        config = git.parse_config(repo.config().output())
        definitions = (run.info.metric_definitions.get(name, {}) for run in self._runs)
        goals = {str(one["goal"]) for one in definitions if one.get("goal")}
        better = direction(metric, config=config, defined=goals)
        if better.assumed and len(self._runs) > 1:
            first, option = ("smallest", False) if better.smallest else ("largest", True)
            _log.warning(
                "%s: the %s is first, because %s; the other way: top(..., smallest=%s)",
                *(name, first, better.reason, option),
            )
        return better
