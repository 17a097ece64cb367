"""Listing and ranking: which runs, in which order.  Linear in the number of runs."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import annotation_log, commit_message
from gittrack.core.run.run_info import RunInfo, from_iso
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.lookup import METRIC_PARTS, Lookup, ways
from gittrack.read.runs.reader import Raw

_FEW = 1000  # up to so many bodies git is asked for; more are looked at with all


class Listing(NamedTuple):
    """Some runs, and how many there are in all; ``damaged`` of all could not be read."""

    runs: list[Raw]
    total: int
    damaged: int = 0
    archived: int = 0  # left out of all this


class Ranking(NamedTuple):
    """The best runs by a metric; ``without`` the metric and ``nan`` are counted, and come last."""

    runs: list[Raw]
    total: int
    without: int
    nan: int
    damaged: int


def listing(
    repo: git.Repo,
    *,
    experiment: str | None = None,
    sort: str | None = None,
    reverse: bool = False,
    limit: int | None = None,
    where: str | None = None,
    archived: bool = False,
) -> Listing:
    """Return runs, newest first or by ``sort``; ``-key`` sorts downwards; ``where`` is a query.

    Archived runs are left out unless ``archived``.  Runs that lack the key come last.  Raises TrackError
    where no run has it and it is no fact either, QueryError for a query that cannot be understood.
    """
    by_time = sort in (None, "started", "-started", "id", "-id")
    heads = by_time and where is None and limit is not None and limit <= _FEW
    every = (reader.names if heads else reader.whole)(repo, experiment)
    if not every:
        resolve.check_experiment(repo, experiment)
    current = _current(every, archived)
    raws = _matching(repo, current, where)
    total, hidden = len(raws), len(every) - len(current)
    if by_time:
        upwards = sort in ("started", "id")
        ordered = raws[::-1] if upwards != reverse else raws
        chosen = reader.bodies(repo, ordered[:limit]) if heads else ordered[:limit]
        return Listing(chosen, total, _damage(raws, chosen), hidden)
    key = str(sort).removeprefix("-")
    downwards = str(sort).startswith("-") != reverse
    ordered = _ordered(repo, raws, key, downwards)
    return Listing(ordered[:limit], total, _damage(raws, raws), hidden)


def _current(raws: list[Raw], archived: bool) -> list[Raw]:
    """Return the runs without those that were archived; most have nothing said about them at all."""
    if archived or not any(raw.said for raw in raws):
        return raws
    return [raw for raw in raws if not annotation_log.is_archived(raw.said)]


def _matching(repo: git.Repo, raws: list[Raw], query: str | None) -> list[Raw]:
    if query is None:
        return raws
    from gittrack.read.runs import filters  # noqa: PLC0415 - a listing without a query has no use for it

    return filters.matching(repo, raws, query)


def _ordered(repo: git.Repo, raws: list[Raw], key: str, downwards: bool) -> list[Raw]:
    lookup = Lookup(repo, ways(key))
    pairs = [(lookup(raw), raw) for raw in raws]
    if key == "age":  # what is found is when it started
        pairs = [(_age(found), raw) for found, raw in pairs]
    known = [(_rank(found), raw) for found, raw in pairs if not _absent(found)]
    if not known and raws and key not in _facts():
        raise TrackError(
            f"no run has anything called {key!r}",
            did_you_mean(key, _all_names(raws), "see the columns: git track ls --all-params"),
        )
    known.sort(key=lambda pair: pair[0], reverse=downwards)
    return [raw for _, raw in known] + [raw for found, raw in pairs if _absent(found)]


def check_columns(infos: Sequence[RunInfo], names: Sequence[str], facts: Sequence[str]) -> None:
    """Raise TrackError for the name of a column that none of the runs has anything under.

    ``facts`` are columns besides what a query knows.
    """
    if not names:
        return
    known: dict[str, set[str]] = {"metrics": set(), "params": set()}
    for info in infos:
        known["metrics"].update(info.metrics)
        known["params"].update(commit_message.dotted(info.params))
    every = {*facts, *_facts(), *known["metrics"], *known["params"]}
    every |= {f"{kind}.{name}" for kind, found in known.items() for name in found}
    for name in names:
        stem, _, part = name.rpartition(".")
        ranged = stem.removeprefix("metrics.") in known["metrics"] and part in METRIC_PARTS
        if name not in every and not ranged:
            raise TrackError(
                f"no run has anything called {name!r}",
                did_you_mean(name, every, "see the columns: git track ls --all-params"),
            )


def _facts() -> Sequence[str]:
    """Return the names of all facts that a query knows."""
    from gittrack.read.runs import filters  # noqa: PLC0415 - few listings name any

    return filters.NAMES


def _absent(found: Any) -> bool:
    return isinstance(found, commit_message.Missing) or found is None or found != found


def _age(found: Any) -> Any:
    """Return what sorts runs by their age, of the start of one; a param of that name stays what it is."""
    try:
        return -from_iso(found) if isinstance(found, str) else found
    except ValueError:  # somebody else's run
        return None


def _rank(found: Any) -> tuple[int, Any]:
    """Numbers before text before the rest, so that mixed values can be sorted at all."""
    if isinstance(found, (int, float)):
        return (0, found)
    return (1, found) if isinstance(found, str) else (2, str(found))


def _all_names(raws: Sequence[Raw]) -> list[str]:
    bodies = [raw.body for raw in raws if raw.body is not None]
    found = commit_message.names(bodies, "metrics") | commit_message.names(bodies, "params")
    for raw in raws:
        if raw.info is not None:
            found |= {commit_message.key_text(name) for name in raw.info.metrics}
            found |= set(commit_message.dotted(raw.info.params))
    return sorted(found.union(_facts()))


def _damaged(raws: Sequence[Raw]) -> int:
    return sum(1 for raw in raws if raw.problem is not None)


def _damage(raws: Sequence[Raw], chosen: Sequence[Raw]) -> int:
    """Return how many runs are damaged; only the bodies of ``chosen`` were read."""
    bad = {(raw.ref, raw.id) for raw in raws if raw.problem is not None}
    unread = (raw for raw in chosen if raw.commit is not None and raw.body is None)
    return len(bad.union((raw.ref, raw.id) for raw in unread))


def top(
    repo: git.Repo,
    metric: str,
    *,
    smallest: bool = False,
    experiment: str | None = None,
    limit: int | None = None,
    where: str | None = None,
    archived: bool = False,
) -> Ranking:
    """Return the runs ranked by a metric's last value, or ``METRIC.max``, ``METRIC.min``; best first.

    ``where`` is a query; archived runs are left out unless ``archived``.  Raises TrackError naming the
    metrics that exist where no run has this one, QueryError for a query that cannot be understood.
    """
    key = f"metrics.{metric.removeprefix('metrics.')}"
    every = reader.whole(repo, experiment)
    if not every:
        resolve.check_experiment(repo, experiment)
    current = _current(every, archived)
    raws = _matching(repo, current, where)
    lookup = Lookup(repo, ways(key))
    ranked, nan, without = [], [], []
    for raw in raws:
        found = lookup(raw)
        if not isinstance(found, (int, float)):  # in a run from elsewhere, it may be anything
            without.append(raw)
        elif found != found:
            nan.append(raw)
        else:
            ranked.append((found, raw))
    if not ranked and not nan:
        if commit_message.names([raw.body for raw in raws if raw.body], "params") & {metric}:
            raise TrackError(
                f"{metric!r} is a param, not a metric", f"sort by it: git track ls --sort {metric}"
            )
        if current and not raws:
            raise TrackError("no run matches the query", "look at it: git track ls -w QUERY")
        known = list(metrics_of(raws))
        there = f"there are: {', '.join(known[:8])}"
        if not known:
            there = _why_none(len(every) - len(current), len(current), where)
        raise TrackError(f"no run has the metric {metric!r}", did_you_mean(metric, known, there))
    ranked.sort(key=lambda pair: pair[0], reverse=not smallest)
    ordered = [raw for _, raw in ranked] + nan + without
    damaged = _damaged(raws)
    return Ranking(ordered[:limit], len(raws), len(without) - damaged, len(nan), damaged)


def _why_none(archived: int, others: int, where: str | None) -> str:
    if where is not None and others:
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
