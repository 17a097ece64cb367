"""Runs in Python: a sequence that sorts, converts, and is shown as tables in notebooks."""

from __future__ import annotations

import logging
import math
import operator
import time
from typing import TYPE_CHECKING, Any, overload

from gittrack import git
from gittrack.analysis.direction import MAX, MIN, Direction, base_name, direction
from gittrack.api import arguments, repository
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Iterable, Iterator, Sequence
from gittrack.read.runs import blocks, record
from gittrack.show.data import flat, jsonable
from gittrack.show.page import html
from gittrack.show.terminal import columns, runs, table

if TYPE_CHECKING:
    from gittrack.read.index.bulk import run_columns

_log = logging.getLogger("gittrack")


class RunRecord(record.RunRecord):
    """One recorded run.  `gittrack.get` and `gittrack.runs` return such records.

    The facts of a run, such as ``.started``, ``.tags`` or ``.duration`` (in seconds), are attributes too: see
    the page of the facts.  In a notebook the record is shown as tables.

    Attributes
    ----------
    id : str
        Date, time (UTC) and 8 hexadecimal digits.
    experiment : str
        The experiment.
    name : str or None
        The name.
    status : str
        ``running``, ``finished``, ``failed``, ``killed``, ``crashed`` or ``damaged``.
    params : dict
        The params, nested, as given.
    metrics : dict of str to Metric
        For each metric ``.last``, ``.min``, ``.max``, ``.step`` (of the last value) and ``.count``.
    """

    def _repr_html_(self) -> str:
        from gittrack.api.notebooks import previews  # noqa: PLC0415 - only a notebook needs it

        return html.record(self.info) + previews.of_run(self)


class LazyRecords(Sequence[RunRecord]):
    """The records of very many runs, which are read when they are needed and not kept."""

    def __init__(self, repo: git.Repo, raws: blocks.LazyRuns) -> None:
        self.repo = repo
        self._raws = raws

    def __len__(self) -> int:
        return len(self._raws)

    def __iter__(self) -> Iterator[RunRecord]:
        return (RunRecord(self.repo, raw, fetch=False) for raw in self._raws)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return LazyRecords(self.repo, self._raws[index])
        return RunRecord(self.repo, self._raws[index], fetch=False)

    def columns(self) -> run_columns.RunColumns | None:
        """Return the columns of the runs, if an index has them."""
        from gittrack.read.index.bulk import run_columns  # noqa: PLC0415 - for a data frame only

        return run_columns.of_runs(self._raws)

    def rows(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Return {number: flat row} of some of the runs."""
        raws = self._raws
        some = raws.only([raws.items[number] for number in numbers])
        records = (RunRecord(self.repo, raw, fetch=False) for raw in some)
        return {n: flat.row(run.info) for n, run in zip(numbers, records, strict=True)}


class Runs(Sequence[RunRecord]):
    """Runs in an order, immutable; a slice is another such sequence.

    Parameters
    ----------
    records : iterable of RunRecord
        The runs.
    """

    def __init__(self, records: Iterable[RunRecord]) -> None:
        if isinstance(records, LazyRecords) and len(records) > blocks.LAZY:
            self._runs: Sequence[RunRecord] = records
        else:
            self._runs = tuple(records)

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, index: int) -> RunRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Runs: ...
    def __getitem__(self, index: int | slice) -> RunRecord | Runs:
        return Runs(self._runs[index]) if isinstance(index, slice) else self._runs[index]

    def __iter__(self) -> Iterator[RunRecord]:
        return iter(self._runs)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence):
            return len(self) == len(other) and all(map(operator.eq, self, other))
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._runs))

    def __repr__(self) -> str:
        if not self._runs:
            return "no runs"
        infos = [run.info for run in self._runs[:20]]
        more = len(self) - len(infos)
        text = table.render(runs.listing(infos, time.time()))
        return (text + (f"and {more} more runs" if more else "")).rstrip("\n")

    def _repr_html_(self) -> str:
        return html.page([run.info for run in self._runs], time.time())

    def show(self, *, height: int = 640) -> Any:
        """Return the page of these runs, which a notebook shows as the value of a cell.

        Parameters
        ----------
        height : int, default 640
            The height in pixels.

        Returns
        -------
        object
            With ``_repr_html_``: a frame that holds the page, and reaches neither notebook nor network.

        Raises
        ------
        TrackError
            If there are no runs, or too many for one page.
        """
        from gittrack.web import one_file  # noqa: PLC0415 - only who asks for a page needs it

        if not self._runs:
            raise TrackError("there are no runs to show", "select others, or record one")
        fields = {"run": [f"{run.experiment}/{run.id}" for run in self._runs]}
        page = one_file.runs_page(repository.find(self._runs[0].work_tree), fields)
        return html.NotebookFrame(page.content.decode(), height)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the runs as plain dicts.

        Returns
        -------
        list of dict
            One for each run, with the keys of ``--json``.
        """
        return [jsonable.run(run.info) for run in self._runs]

    def to_pandas(self) -> Any:
        """Return the runs as a table.

        Returns
        -------
        pandas.DataFrame
            A row for each run; the columns are facts, ``params.x`` and ``metrics.x`` (the last value).

        Raises
        ------
        TrackError
            If pandas is not installed.
        """
        try:
            import pandas  # noqa: PLC0415, F401 - only if it is installed, and requested
        except ImportError:
            raise TrackError("pandas is not installed", "pip install pandas") from None
        from gittrack.show.data import frame  # noqa: PLC0415 - pandas takes half a second

        if isinstance(self._runs, LazyRecords):
            columns = self._runs.columns()
            if columns is not None:
                return frame.of_columns(columns.values, len(self), self._runs.rows(columns.others))
        return frame.of_rows(flat.row(run.info) for run in self._runs)

    def top(self, metric: str, *, smallest: bool | None = None) -> Runs:
        """Return the runs that have a number for a metric, best first.

        Runs with NaN are left out, and runs with infinity come last.

        Parameters
        ----------
        metric : str
            The name of a metric, for its last value; or ``METRIC.max``, ``METRIC.min``.
        smallest : bool, optional
            Whether the smallest is the best.  By default ``track.goal.<metric>``, the runs'
            ``define_metric(goal=...)`` or a word in the name such as loss decide; if none of them decides,
            the largest is first.  What was assumed is logged as a warning.

        Returns
        -------
        Runs

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
            names = sorted({name for run in self._runs for name in run.info.metrics})
            hint = did_you_mean(metric, names, f"there are: {', '.join(names[:8]) or 'none'}")
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
        goals = {str(definition["goal"]) for definition in definitions if definition.get("goal")}
        better = direction(metric, config=config, defined=goals)
        if better.assumed and len(self._runs) > 1:
            first, option = ("smallest", False) if better.smallest else ("largest", True)
            _log.warning(
                "%s: the %s is first, because %s; the other way: top(..., smallest=%s)",
                *(name, first, better.reason, option),
            )
        return better
