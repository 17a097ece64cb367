"""Listing and ranking: which runs, in which order, with an error that names what there is instead."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git
from gittrack.analysis import direction
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.fast_typing import NamedTuple
from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import RunInfo
from gittrack.read.runs import resolve
from gittrack.read.runs.lookup import METRIC_PARTS
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request, Selection
from gittrack.read.runs.sources import source_of


class Listing(NamedTuple):
    """Some runs, and how many there are in all; ``damaged`` of all could not be read."""

    runs: list[Raw]
    total: int
    damaged: int = 0
    archived: int = 0  # left out of all this


class Ranking(NamedTuple):
    """The best runs by a metric, and which direction was best.

    Runs with an ``infinite`` value, with ``nan`` and ``without`` the metric are counted, and come last in
    this order.
    """

    runs: list[Raw]
    total: int
    without: int
    nan: int
    damaged: int
    infinite: int
    direction: direction.Direction

    @property
    def ranked(self) -> int:
        """How many of the runs have a finite value."""
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
) -> Listing:
    """Return runs, newest first or by ``sort``; ``-key`` sorts downwards; ``query`` chooses the runs.

    Archived runs are left out unless ``archived``.  Runs that lack the key come last.  Raises TrackError
    if no run has it and it is not a fact either, QueryError for a query that cannot be understood.
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
    )
    answer = source_of(repo).select(request)
    if not answer.listed:
        resolve.check_experiment(repo, experiment)
    if key is not None and answer.total and not answer.ranked and key not in facts.LISTED:
        known = _all_names(_all(repo, request))
        if key.removeprefix("params.") not in known:  # a param that is null everywhere has no order
            hint = did_you_mean(key, known, "see the columns: git track ls --all-params")
            raise TrackError(f"no run has anything called {key!r}", hint)
    return Listing(answer.runs, answer.total, answer.damaged, answer.archived)


def _all(repo: git.Repo, request: Request) -> list[Raw]:
    """Return all runs that match a request, to name in an error what they have."""
    return source_of(repo).select(request._replace(order=None, limit=None)).runs


def check_columns(infos: Sequence[RunInfo], names: Sequence[str]) -> None:
    """Raise TrackError for the name of a column that is not a fact, and not a metric or param of a run."""
    if not names:
        return
    known: dict[str, set[str]] = {"metrics": set(), "params": set()}
    for info in infos:
        known["metrics"].update(info.metrics)
        known["params"].update(commit_message.dotted(info.params))
    every = {*facts.LISTED, *known["metrics"], *known["params"]}
    every |= {f"{kind}.{name}" for kind, found in known.items() for name in found}
    for name in names:
        stem, _, part = name.rpartition(".")
        ranged = stem.removeprefix("metrics.") in known["metrics"] and part in METRIC_PARTS
        if name not in every and not ranged:
            raise TrackError(
                f"no run has anything called {name!r}",
                did_you_mean(name, every, "see the columns: git track ls --all-params"),
            )


def _all_names(raws: Sequence[Raw]) -> list[str]:
    bodies = [raw.body for raw in raws if raw.body is not None]
    found = commit_message.names(bodies, "metrics") | commit_message.names(bodies, "params")
    for raw in raws:
        if raw.info is not None:
            found |= {commit_message.key_text(name) for name in raw.info.metrics}
            found |= set(commit_message.dotted(raw.info.params))
    return sorted(found.union(facts.LISTED))


def top(
    repo: git.Repo,
    metric: str,
    *,
    goal: str | None = None,
    experiment: str | None = None,
    limit: int | None = None,
    query: str | None = None,
    archived: bool = False,
) -> Ranking:
    """Return the runs ranked by a metric's last value, or ``METRIC.max``, ``METRIC.min``; best first.

    ``goal`` is ``min`` or ``max``; without it the rule of `analysis.direction` decides, and if that does not
    know, the largest is first.  NaN and infinities are never best.  ``query`` chooses the runs; archived runs
    are left out unless ``archived``.  Raises TrackError naming the metrics that exist if no run has this one,
    QueryError for a query that cannot be understood.
    """
    experiment = layout.experiment_slug(experiment) if experiment else None
    key = f"metrics.{metric.removeprefix('metrics.')}"
    asked = repo.config() if goal is None else None  # git works on it meanwhile

    def choose(defined: frozenset[str]) -> direction.Direction:
        config = git.parse_config(asked.output()) if asked else None
        return direction.direction(metric, option=goal, config=config, defined=defined)

    request = Request(
        experiment, query, archived=archived, order=key, numbers=True, direction=choose, limit=limit
    )
    answer = source_of(repo).select(request)
    if not answer.listed:
        resolve.check_experiment(repo, experiment)
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
    """Return the error for a metric that none of ``raws``, all that match a request, has."""
    if commit_message.names([raw.body for raw in raws if raw.body], "params") & {metric}:
        hint = f"sort by it: git track ls --sort {metric}"
        return TrackError(f"{metric!r} is a param, not a metric", hint)
    current = answer.listed - answer.archived
    if current and not raws:
        return TrackError("no run matches the query", "look at it: git track ls -w QUERY")
    known = list(metrics_of(raws))
    hint = (
        f"there are: {', '.join(known[:8])}"
        if known
        else _why_none(answer.archived, current, query)
    )
    return TrackError(f"no run has the metric {metric!r}", did_you_mean(metric, known, hint))


def _why_none(archived: int, others: int, query: str | None) -> str:
    if query is not None and others:
        return "look at what the query finds: git track ls -w QUERY"
    return (
        "all runs are archived; with them: add --archived"
        if archived and not others
        else "no run has logged a metric"
    )


def metrics_of(raws: Sequence[Raw]) -> list[str]:
    """Return the names of all metrics of the runs, sorted."""
    found = commit_message.names([raw.body for raw in raws if raw.body is not None], "metrics")
    for raw in raws:
        if raw.info is not None:
            found |= {commit_message.key_text(name) for name in raw.info.metrics}
    return sorted(found)
