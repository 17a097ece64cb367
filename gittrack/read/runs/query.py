"""Listing and ranking: which runs, in which order.  Linear in the number of runs."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git
from gittrack.analysis import direction
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import annotation_log, commit_message
from gittrack.core.run.run_info import RunInfo, from_iso
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.lookup import METRIC_PARTS, Lookup, ways
from gittrack.read.runs.reader import Raw

_INFINITY = float("inf")
_FEW = 1000  # up to so many bodies git is asked for; more are looked at with all


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
    goal: str | None = None,
    experiment: str | None = None,
    limit: int | None = None,
    where: str | None = None,
    archived: bool = False,
) -> Ranking:
    """Return the runs ranked by a metric's last value, or ``METRIC.max``, ``METRIC.min``; best first.

    ``goal`` is ``min`` or ``max``; without it the rule of `analysis.direction` decides, and if that does not
    know, the largest is first.  NaN and infinities are never best.  ``where`` is a query; archived runs are
    left out unless ``archived``.  Raises TrackError naming the metrics that exist if no run has this one,
    QueryError for a query that cannot be understood.
    """
    key = f"metrics.{metric.removeprefix('metrics.')}"
    asked = repo.config() if goal is None else None  # git works on it meanwhile
    every = reader.whole(repo, experiment)
    config = git.parse_config(asked.output()) if asked else None
    if not every:
        resolve.check_experiment(repo, experiment)
    current = _current(every, archived)
    raws = _matching(repo, current, where)
    lookup = Lookup(repo, ways(key))
    ranked: list[tuple[float, Raw]] = []
    infinite: list[tuple[float, Raw]] = []
    nan, without = [], []
    for raw in raws:
        value = lookup(raw)
        if not isinstance(value, (int, float)):  # in a run from elsewhere, it may be anything
            without.append(raw)
        elif value != value:
            nan.append(raw)
        else:
            (infinite if value in (_INFINITY, -_INFINITY) else ranked).append((value, raw))
    if not (ranked or infinite or nan):
        raise _nothing_ranked(metric, raws, len(every) - len(current), len(current), where)
    chosen = direction.direction(
        metric,
        option=goal,
        config=config,
        defined=() if goal else _defined_goals(raws, direction.base(metric)),
    )
    for pairs in (ranked, infinite):
        pairs.sort(key=lambda pair: pair[0], reverse=not chosen.smallest)
    ordered = [raw for _, raw in (*ranked, *infinite)] + nan + without
    damaged = _damaged(raws)
    return Ranking(
        ordered[:limit],
        len(raws),
        len(without) - damaged,
        len(nan),
        damaged,
        len(infinite),
        chosen,
    )


def _defined_goals(raws: Sequence[Raw], metric: str) -> set[str]:
    """Return the goals that the runs defined for a metric."""
    mark = f"\nmetric_definitions.{commit_message.key_text(metric)}.goal: ".encode()
    goals = set()
    for raw in raws:
        if raw.body is not None:
            start = raw.body.find(mark)
            if start >= 0:
                end = raw.body.find(b"\n", start + 1)
                goals.add(raw.body[start + len(mark) : end].decode(errors="replace"))
        elif raw.info is not None:
            goals.add(str((raw.info.metric_definitions.get(metric) or {}).get("goal")))
    return goals


def _nothing_ranked(
    metric: str, raws: Sequence[Raw], archived: int, current: int, where: str | None
) -> TrackError:
    """Return the error for a metric that none of ``raws`` has, of ``current`` runs and ``archived`` ones."""
    if commit_message.names([raw.body for raw in raws if raw.body], "params") & {metric}:
        hint = f"sort by it: git track ls --sort {metric}"
        return TrackError(f"{metric!r} is a param, not a metric", hint)
    if current and not raws:
        return TrackError("no run matches the query", "look at it: git track ls -w QUERY")
    known = list(metrics_of(raws))
    there = f"there are: {', '.join(known[:8])}" if known else _why_none(archived, current, where)
    return TrackError(f"no run has the metric {metric!r}", did_you_mean(metric, known, there))


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
