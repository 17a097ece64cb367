"""List and rank runs; the errors name the metrics, params and experiments that exist."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple
from gittrack.read.runs.lookup import METRIC_PARTS
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request, Selection
from gittrack.read.runs.sources import source_of

if TYPE_CHECKING:
    from gittrack.analysis.direction import Direction


class Listing(NamedTuple):
    """The listed runs, with the numbers of matching, unreadable and archived runs."""

    runs: Sequence[Raw]
    total: int
    damaged: int = 0
    archived: int = 0


class Ranking(NamedTuple):
    """The best runs by a metric, and which direction is better.

    Runs with an ``infinite`` value, with ``nan`` and ``without`` the metric are counted; they come last, in
    this order.
    """

    runs: Sequence[Raw]
    total: int
    without: int
    nan: int
    damaged: int
    infinite: int
    direction: Direction

    @property
    def ranked(self) -> int:
        """The number of runs with a finite value."""
        return self.total - self.damaged - self.without - self.nan - self.infinite


def listing(
    repo: git.Repo,
    *,
    experiment: str | None = None,
    sort: str | None = None,
    reverse: bool = False,
    limit: int | None = None,
    query: str | None = None,
    archived: bool = False,
    lazy: bool = False,
    lazy_metrics: bool = False,
) -> Listing:
    """Return runs in an order.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    experiment : str or None
        Only the runs of this experiment and of those below it.
    sort : str or None
        A sort key: a metric, a param or a fact; ``-key`` sorts in descending order.  None: newest first.
        Runs without a value of the key come last.
    reverse : bool, default False
        Whether to reverse the order.
    limit : int or None
        The most runs.
    query : str or None
        Only the runs that match this query.
    archived : bool, default False
        Whether archived runs are included.
    lazy : bool, default False
        Whether many runs are read when they are needed, and not kept; see `Request`.
    lazy_metrics : bool, default False
        Whether the metrics of runs with very many are read when they are needed; see `Request`.

    Raises
    ------
    TrackError
        If no run has the sort key and it is not a fact.
    QueryError
        If the query cannot be understood.
    """
    experiment = layout.experiment_slug(experiment) if experiment else None
    by_time = sort in (None, "started", "-started", "id", "-id")
    key = None if by_time else str(sort).removeprefix("-")
    downwards = sort not in ("started", "id") if by_time else str(sort).startswith("-")
    request = Request(
        experiment,
        query,
        archived=archived,
        order=key,
        descending=downwards != reverse,
        limit=limit,
        lazy=lazy,
        lazy_metrics=lazy_metrics,
    )
    answer = source_of(repo).select(request)
    if not answer.listed:
        _check_experiment(repo, experiment)
    if key is not None and answer.total and not answer.ranked and key not in facts.LISTED:
        names = _all_names(_all(repo, request))
        if (
            key.removeprefix("params.") not in names
        ):  # a param that is null in all runs has no order
            hint = did_you_mean(key, names, "see the columns: git track ls --all-params")
            raise TrackError(f"no run has anything called {key!r}", hint)
    return Listing(answer.runs, answer.total, answer.damaged, answer.archived)


def _all(repo: git.Repo, request: Request) -> Sequence[Raw]:
    """Return all runs that match a request, for the names in an error."""
    every = request._replace(order=None, limit=None, lazy=True, lazy_metrics=False)
    return source_of(repo).select(every).runs


def check_columns(infos: Sequence[RunInfo], names: Sequence[str]) -> None:
    """Raise TrackError for a column that is not a fact, and not a metric or param of one of the runs."""
    if not names:
        return
    metrics = {name for info in infos for name in info.metrics}
    params = {name for info in infos for name in commit_message.dotted(info.params)}
    every = {*facts.LISTED, *metrics, *params}
    every |= {f"metrics.{name}" for name in metrics} | {f"params.{name}" for name in params}
    for name in names:
        stem, _, part = name.rpartition(".")
        is_part = stem.removeprefix("metrics.") in metrics and part in METRIC_PARTS
        if name not in every and not is_part:
            raise TrackError(
                f"no run has anything called {name!r}",
                did_you_mean(name, every, "see the columns: git track ls --all-params"),
            )


def _all_names(raws: Sequence[Raw]) -> list[str]:
    names = _names_of(raws, "metrics") | _names_of(raws, "params")
    for raw in raws:
        if raw.info is not None:
            names |= {commit_message.key_text(name) for name in raw.info.metrics}
            names |= set(commit_message.dotted(raw.info.params))
    return sorted(names.union(facts.LISTED))


def _check_experiment(repo: git.Repo, experiment: str | None) -> None:
    from gittrack.read.runs import resolve  # noqa: PLC0415 - only a listing without runs needs it

    resolve.check_experiment(repo, experiment)


def top(
    repo: git.Repo,
    metric: str,
    *,
    goal: str | None = None,
    experiment: str | None = None,
    limit: int | None = None,
    query: str | None = None,
    archived: bool = False,
    lazy: bool = False,
    lazy_metrics: bool = False,
) -> Ranking:
    """Return the runs ranked by a metric, the best first.  NaN and infinities are never best.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    metric : str
        The metric, whose last value counts; or ``METRIC.max``, ``METRIC.min`` and the like.
    goal : str or None
        ``min`` or ``max``.  None: the rule of `analysis.direction` decides, else the largest is best.
    experiment, limit, query, archived, lazy, lazy_metrics
        As in `listing`.

    Raises
    ------
    TrackError
        If no run has the metric; the error names the metrics that exist.
    QueryError
        If the query cannot be understood.
    """
    from gittrack.analysis import direction  # noqa: PLC0415 - only a leaderboard needs it

    experiment = layout.experiment_slug(experiment) if experiment else None
    key = f"metrics.{metric.removeprefix('metrics.')}"
    call = repo.config() if goal is None else None  # git runs in the background

    def choose(defined: frozenset[str]) -> Direction:
        config = git.parse_config(call.output()) if call else None
        return direction.direction(metric, option=goal, config=config, defined=defined)

    request = Request(
        experiment,
        query,
        archived=archived,
        order=key,
        numbers=True,
        direction=choose,
        limit=limit,
        lazy=lazy,
        lazy_metrics=lazy_metrics,
    )
    answer = source_of(repo).select(request)
    if not answer.listed:
        _check_experiment(repo, experiment)
    if answer.direction is None:
        raise _nothing_ranked(metric, answer, _all(repo, request), query)
    valued = answer.ranked + answer.infinite + answer.nan
    return Ranking(
        answer.runs,
        answer.total,
        answer.total - valued - answer.damaged,
        answer.nan,
        answer.damaged,
        answer.infinite,
        answer.direction,
    )


def _nothing_ranked(
    metric: str, answer: Selection, raws: Sequence[Raw], query: str | None
) -> TrackError:
    """Return the error for a metric that no run has; ``raws`` are all runs that match the request."""
    if metric in _names_of(raws, "params"):
        hint = f"sort by it: git track ls --sort {metric}"
        return TrackError(f"{metric!r} is a param, not a metric", hint)
    current = answer.listed - answer.archived
    if current and not raws:
        return TrackError("no run matches the query", "test it: git track ls -w QUERY")
    names = list(metrics_of(raws))
    hint = (
        f"there are: {', '.join(names[:8])}"
        if names
        else _why_none(answer.archived, current, query)
    )
    return TrackError(f"no run has the metric {metric!r}", did_you_mean(metric, names, hint))


def _names_of(raws: Iterable[Raw], kind: str) -> set[str]:
    return commit_message.names((raw.body for raw in raws if raw.body is not None), kind)


def _why_none(archived: int, others: int, query: str | None) -> str:
    if query is not None and others:
        return "list the runs that match the query: git track ls -w QUERY"
    return (
        "all runs are archived; include them with --archived"
        if archived and not others
        else "no run has logged a metric"
    )


def metrics_of(raws: Sequence[Raw]) -> list[str]:
    """Return the names of all metrics of the runs, sorted."""
    names = _names_of(raws, "metrics")
    for raw in raws:
        if raw.info is not None:
            names |= {commit_message.key_text(name) for name in raw.info.metrics}
    return sorted(names)
