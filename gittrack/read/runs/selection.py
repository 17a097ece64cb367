"""Answer the requests to a `Source` by a scan of a list of runs.  Linear in the number of runs."""

from __future__ import annotations

import re

from gittrack import git
from gittrack.core.run import annotation_log, commit_message
from gittrack.core.run.run_info import from_iso
from gittrack.core.scalars import scalar_text
from gittrack.core.standard.collections import Callable, Iterable, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any, NamedTuple
from gittrack.read.runs.lookup import Lookup, fact, ways
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request, Selection

if TYPE_CHECKING:  # a listing that is not ranked has no direction
    from gittrack.analysis.direction import Direction

_INFINITY = float("inf")
_SHORTEST_COMMIT = 7  # digits; fewer may begin an id of a run, but no run commit


def select(repo: git.Repo, raws: list[Raw], request: Request) -> Selection:
    """Return the runs that a request selects from a list, newest first.  Its ``experiment`` is ignored."""
    current = raws if request.archived else _current(raws)
    matching = _matching(repo, current, request)
    order = _order(repo, matching, request)
    end = None if request.limit is None else request.offset + request.limit
    return Selection(
        order.runs[request.offset : end],
        total=len(matching),
        listed=len(raws),
        archived=len(raws) - len(current),
        damaged=sum(raw.problem is not None for raw in matching),
        ranked=order.ranked,
        infinite=order.infinite,
        nan=order.nan,
        direction=order.direction,
    )


def _current(raws: list[Raw]) -> list[Raw]:
    """Return the runs that are not archived; most runs have no annotation at all."""
    if not any(raw.annotations for raw in raws):
        return raws
    return [raw for raw in raws if not annotation_log.is_archived(raw.annotations)]


def _matching(repo: git.Repo, raws: list[Raw], request: Request) -> list[Raw]:
    for name, value in request.facts:
        holds = recorded(repo, name, value)
        raws = [raw for raw in raws if holds(raw)]
    if request.query is None:
        return raws
    from gittrack.read.runs import filters  # noqa: PLC0415 - 10 ms; only a query needs it

    return filters.matching(repo, raws, request.query)


def recorded(repo: git.Repo, name: str, value: str | None) -> Callable[[Raw], bool]:
    """Return a predicate: whether a run was recorded with a fact.  In most bodies, one line decides."""
    line = f"\n{name}: " if value is None else f"\n{name}: {scalar_text(value)}\n"
    mark, lookup = line.encode(), Lookup(repo, fact(name))

    def holds(raw: Raw) -> bool:
        if raw.body is not None and (mark in raw.body or b"\ntruncated: " not in raw.body):
            return mark in raw.body
        recorded = lookup(raw)
        return not _absent(recorded) if value is None else recorded == value

    return holds


class _Order(NamedTuple):
    """Runs in the order of a request, with the counts of a `Selection`."""

    runs: list[Raw]
    ranked: int = 0
    infinite: int = 0
    nan: int = 0
    direction: Direction | None = None


def _order(repo: git.Repo, raws: list[Raw], request: Request) -> _Order:
    """Return the runs in the order of a request; runs without a value of the sort key come last."""
    key = request.order
    if key is None:
        return _Order(raws if request.descending else raws[::-1])
    lookup = Lookup(repo, ways(key))
    if request.numbers:
        return _numeric_order(raws, [lookup(raw) for raw in raws], request)
    values = [age(lookup(raw)) if key == "age" else lookup(raw) for raw in raws]
    pairs = list(zip(values, raws, strict=True))
    ranked = [(_rank(value), raw) for value, raw in pairs if not _absent(value)]
    ranked.sort(key=lambda pair: pair[0], reverse=request.descending)
    without = [raw for value, raw in pairs if _absent(value)]
    return _Order([raw for _, raw in ranked] + without, len(ranked))


def _numeric_order(raws: list[Raw], values: Iterable[Any], request: Request) -> _Order:
    """Return the runs ranked by numbers: finite ones, infinite ones, NaN, and then runs without any."""
    ranked: list[tuple[float, Raw]] = []
    infinite: list[tuple[float, Raw]] = []
    nan, without = [], []
    for value, raw in zip(values, raws, strict=True):
        if not isinstance(value, (int, float)):  # in a run of another tool, it may be anything
            without.append(raw)
        elif value != value:
            nan.append(raw)
        else:
            (infinite if value in (_INFINITY, -_INFINITY) else ranked).append((value, raw))
    descending, direction = request.descending, None
    if request.direction is not None and (ranked or infinite or nan):
        direction = request.direction(goals(raws, str(request.order)))
        descending = not direction.smallest
    for pairs in (ranked, infinite):
        pairs.sort(key=lambda pair: pair[0], reverse=descending)
    runs = [raw for _, raw in (*ranked, *infinite)] + nan + without
    return _Order(runs, len(ranked), len(infinite), len(nan), direction)


def goals(raws: Sequence[Raw], key: str) -> frozenset[str]:
    """Return the goals that runs defined for the metric that a sort key names."""
    from gittrack.analysis.direction import base_name  # noqa: PLC0415 - only a leaderboard needs it

    metric = base_name(key.removeprefix("metrics."))
    mark = f"\nmetric_definitions.{commit_message.key_text(metric)}.goal: ".encode()
    bodies = [raw.body for raw in raws if raw.body is not None and mark in raw.body]
    lines = [body.partition(mark)[2].partition(b"\n")[0] for body in bodies]
    live = [raw.info.metric_definitions.get(metric) or {} for raw in raws if raw.info is not None]
    goals = (line.decode(errors="replace") for line in lines)
    return frozenset((*goals, *(str(definition.get("goal")) for definition in live)))


def _absent(value: Any) -> bool:
    return isinstance(value, commit_message.Missing) or value is None or value != value


def age(value: Any) -> Any:
    """Return the sort key of an age, from the start of the run; a param with that name keeps its value."""
    try:
        return -from_iso(value) if isinstance(value, str) else value
    except ValueError:  # a run that another tool wrote
        return None


def _rank(value: Any) -> tuple[int, Any]:
    """Return a key that sorts numbers before text before the rest, so that mixed values can be sorted."""
    if isinstance(value, (int, float)):
        return (0, value)
    return (1, value) if isinstance(value, str) else (2, str(value))


def by_id(raws: Iterable[Raw], address: str) -> list[Raw]:
    """Return the runs with this id, ``EXPERIMENT/ID``, or these last 8 digits of an id."""
    return [raw for raw in raws if address in (raw.id, raw.id[16:], f"{raw.experiment}/{raw.id}")]


def by_name(raws: Iterable[Raw], name: str) -> list[Raw]:
    """Return the runs that have a name; the runs must have their bodies."""
    return [raw for raw in raws if name_of(raw) == name]


def by_owner_and_name(raws: Iterable[Raw], address: str) -> list[Raw]:
    """Return the runs of ``USER/NAME`` or ``USER@HOST/NAME``, for a name that several people gave."""
    owner, _, name = address.partition("/")
    if not owner or not name:
        return []
    user, _, host = owner.partition("@")
    runs = [raw for raw in by_name(raws, name) if _fact_of(raw, "user") == user]
    return [raw for raw in runs if not host or _fact_of(raw, "host") == host]


def by_prefix(raws: Iterable[Raw], prefix: str) -> list[Raw]:
    """Return the runs whose id, whose last 8 digits, or whose run commit begins with some hex digits."""
    if not re.fullmatch("[0-9a-f-]+", prefix):
        return []
    long = len(prefix) >= _SHORTEST_COMMIT
    return [
        raw
        for raw in raws
        if raw.id.startswith(prefix)
        or raw.id[16:].startswith(prefix)
        or (long and (raw.commit or "").startswith(prefix))
    ]


def name_of(raw: Raw) -> str | None:
    """Return the name of a run, from its last rename or its body."""
    if raw.info is not None:
        return raw.info.name
    renamed = [
        op["name"] for op in raw.annotations if op.get("op") == annotation_log.NAME and "name" in op
    ]
    if renamed:
        return str(renamed[-1]) or None
    return _fact_of(raw, "name")


def _fact_of(raw: Raw, name: str) -> str | None:
    """Return a fact that is a text and that no annotation changes."""
    if raw.info is not None:
        value = getattr(raw.info, name)
    else:
        try:
            value = commit_message.find(raw.body, name) if raw.body else None
        except ValueError:
            return None
    return value if isinstance(value, str) else None


def current_named(raws: Sequence[Raw], name: str) -> list[Raw]:
    """Return the runs that have a name and are not archived."""
    return [raw for raw in by_name(raws, name) if not annotation_log.is_archived(raw.annotations)]
