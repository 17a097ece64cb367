"""Answer a request from columns: only the selected runs become objects.

The answers are those of `gittrack.read.runs.selection`, which looks at one run after the other.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Callable, Iterable, Iterator, Sequence
from gittrack.core.standard.functools import partial
from gittrack.core.standard.typing import TYPE_CHECKING, Any, NamedTuple
from gittrack.read.index import store
from gittrack.read.index.chunk import DamagedIndex
from gittrack.read.index.table import RunTable
from gittrack.read.runs import blocks, reader, selection
from gittrack.read.runs.lookup import Lookup, Way, ways
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request, Selection

if TYPE_CHECKING:  # a listing that is not ranked has no direction
    from gittrack.analysis.direction import Direction

Positions = Sequence[int]


class _Order(NamedTuple):
    """Positions in the order of a request, with the counts of a `Selection`."""

    positions: Positions
    ranked: int = 0
    infinite: int = 0
    nan: int = 0
    direction: Direction | None = None


def select(repo: git.Repo, table: RunTable, request: Request) -> Selection | None:
    """Return the runs that a request describes; None if not all that it needs is in columns."""
    listed = _inside(table, request.experiment)
    current = listed if request.archived else _without(listed, table.positions(table.archived()))
    matching = _matching(repo, table, current, request)
    order = None if matching is None else _ordered(repo, table, matching, request)
    if matching is None or order is None:
        return None
    end = None if request.limit is None else request.offset + request.limit
    return Selection(
        _runs(repo, table, order.positions[request.offset : end], request),
        total=len(matching),
        listed=len(listed),
        archived=len(listed) - len(current),
        damaged=_count(matching, table.positions(table.damaged())),
        ranked=order.ranked,
        infinite=order.infinite,
        nan=order.nan,
        direction=order.direction,
    )


def _runs(repo: git.Repo, table: RunTable, positions: Positions, request: Request) -> Sequence[Raw]:
    """Return the runs at some positions; many are read when they are needed, if the request allows that."""
    if request.lazy and len(positions) > blocks.LAZY:
        return blocks.LazyRuns(positions, partial(_blocks, repo, table), table)
    runs = table.raws(positions)
    if not request.summaries:
        return runs
    if request.lazy_metrics:
        runs = _read(repo, runs)
        if any(map(_is_truncated, runs)):
            from gittrack.read.index import stored_metrics  # noqa: PLC0415 - few runs are truncated

            runs = stored_metrics.with_metrics(repo, table, positions, runs)
    return with_bodies(repo, runs)


def _blocks(repo: git.Repo, table: RunTable, positions: Positions) -> Iterator[list[Raw]]:
    """Yield the runs at some positions, a block at a time.

    Raises TrackError if the index was damaged since the runs were selected.
    """
    for start in range(0, len(positions), blocks.LAZY):
        try:
            raws = table.raws(positions[start : start + blocks.LAZY])
        except DamagedIndex as error:
            store.forget(repo.common_dir)
            problem = "the index of runs was damaged while it was read"
            raise TrackError(problem, "repeat the command: the index is made again") from error
        yield with_bodies(repo, raws)


def with_bodies(repo: git.Repo, raws: list[Raw]) -> list[Raw]:
    """Return runs with complete bodies; git is asked for what the index does not have."""
    raws = _read(repo, raws)
    if not any(map(_is_truncated, raws)):
        return raws
    from gittrack.read.index import completion  # noqa: PLC0415 - few runs are truncated

    return completion.completed(repo, raws)


def _read(repo: git.Repo, raws: list[Raw]) -> list[Raw]:
    """Return runs with their bodies; git is asked for those that the index does not have."""
    bare = [raw for raw in raws if raw.body is None and raw.info is None and not raw.problem]
    if not bare:
        return raws
    read = {raw.ref: raw for raw in reader.bodies(repo, bare)}
    return [read.get(raw.ref, raw) for raw in raws]


def _is_truncated(raw: Raw) -> bool:
    """Return whether the body of a run leaves out values that are not known otherwise."""
    body = raw.body or b""
    only_metrics = raw.metrics is not None and b'\ntruncated: ["metrics"]\n' in body
    return b"\ntruncated: " in body and not only_metrics


def _inside(table: RunTable, experiment: str | None) -> Positions:
    """Return the positions of the runs of an experiment, and of those below it."""
    if experiment is None:
        return range(len(table))
    names = table.experiments()
    inside = {name for name in set(names) if f"{name}/".startswith(f"{experiment}/")}
    return [position for position, name in enumerate(names) if name in inside]


def _without(positions: Positions, others: Iterable[int]) -> Positions:
    left_out = set(others)
    return [at for at in positions if at not in left_out] if left_out else positions


def _count(positions: Positions, others: Iterable[int]) -> int:
    """Return how many of some positions are among others."""
    counted = set(others)
    if not counted or isinstance(positions, range):
        return len(counted)
    return sum(position in counted for position in positions)


def _matching(
    repo: git.Repo, table: RunTable, positions: Positions, request: Request
) -> Positions | None:
    for name, value in request.facts:
        positions = _recorded(repo, table, positions, name, value)
    if request.query is None:
        return positions
    from gittrack.read.index import filtering  # noqa: PLC0415 - 10 ms; only a query needs it

    try:
        return filtering.matching(repo, table, positions, request.query)
    except filtering.NotInColumns:
        return None


def _recorded(
    repo: git.Repo, table: RunTable, positions: Positions, name: str, value: str | None
) -> Positions:
    """Return the positions of the runs that were recorded with a fact."""
    values = table.stored(Way(name)) or [MISSING] * len(table)
    holds = selection.recorded(repo, name, value)
    for row, raw in table.special().items():
        for position in table.positions([row]):
            values[position] = (value if value is not None else True) if holds(raw) else MISSING
    if value is None:
        return [at for at in positions if values[at] is not MISSING]
    return [at for at in positions if values[at] == value]


def _ordered(
    repo: git.Repo, table: RunTable, positions: Positions, request: Request
) -> _Order | None:
    """Return the order of a request; runs without a value of the sort key come last."""
    key = request.order
    if key is None:
        return _Order(positions if request.descending else positions[::-1])
    values = table.values(Lookup(repo, ways(key)))
    if values is None:
        return None
    if not isinstance(positions, range):
        values = [values[position] for position in positions]
    end = None if request.limit is None else request.offset + request.limit
    if request.numbers:
        return _numeric_order(
            values, positions, request, end, lambda: _goals(repo, table, positions, key)
        )
    if key == "age":
        values = list(map(selection.age, values))
    groups = _Groups(values, positions)
    ordered = [_sorted(group, request.descending, end) for group in groups.kinds]
    ranked = ordered[::-1] if request.descending else ordered
    return _Order([at for group in ranked for at in group] + groups.without, groups.ranked)


class _Groups:
    """Positions by the kind of their value: numbers, texts, and the rest as texts, which is their order."""

    def __init__(self, values: Sequence[Any], positions: Positions) -> None:
        self.kinds: tuple[list[tuple[Any, int]], ...] = ([], [], [])
        self.without: list[int] = []
        numbers, texts, rest = self.kinds
        for value, position in zip(values, positions, strict=True):
            if value is MISSING or value is None or value != value:
                self.without.append(position)
            elif isinstance(value, (int, float)):
                numbers.append((value, position))
            elif isinstance(value, str):
                texts.append((value, position))
            else:
                rest.append((str(value), position))
        self.ranked = sum(map(len, self.kinds))


def _numeric_order(
    values: Sequence[Any],
    positions: Positions,
    request: Request,
    end: int | None,
    goals: Callable[[], frozenset[str]],
) -> _Order:
    """Return the order by numbers: finite ones, infinite ones, NaN, and then runs without any."""
    numbers = (int, float)
    finite = [
        (value, position)
        for value, position in zip(values, positions, strict=True)
        if isinstance(value, numbers) and value - value == 0
    ]
    infinite, nan, without = [], [], []
    if len(finite) < len(positions):
        for value, position in zip(values, positions, strict=True):
            if not isinstance(value, numbers):  # in a run of another tool, it may be anything
                without.append(position)
            elif value != value:
                nan.append(position)
            elif value - value != 0:
                infinite.append((value, position))
    descending, direction = request.descending, None
    if request.direction is not None and (finite or infinite or nan):
        direction = request.direction(goals())
        descending = not direction.smallest
    ordered = _sorted(finite, descending, end)
    if end is None or len(ordered) < end:
        ordered = [*ordered, *_sorted(infinite, descending, None), *nan, *without]
    return _Order(ordered, len(finite), len(infinite), len(nan), direction)


def _sorted(pairs: list[tuple[Any, int]], descending: bool, end: int | None) -> list[int]:
    """Return the positions sorted by their values, equal ones as they are; with ``end``, only the first."""
    if end is not None and 16 * end < len(pairs):
        from heapq import nlargest, nsmallest  # noqa: PLC0415 - a listing of few runs is sorted

        best = (nlargest if descending else nsmallest)(max(end, 1), [value for value, _ in pairs])
        last = best[-1]
        if descending:
            pairs = [pair for pair in pairs if pair[0] >= last]
        else:
            pairs = [pair for pair in pairs if pair[0] <= last]
    ordered = sorted(pairs, key=lambda pair: pair[0], reverse=descending)
    return [position for _, position in ordered[:end]]


def _goals(repo: git.Repo, table: RunTable, positions: Positions, key: str) -> frozenset[str]:
    """Return the goals that the runs defined for the metric that a sort key names."""
    from gittrack.analysis.direction import base_name  # noqa: PLC0415 - only a leaderboard needs it

    metric = base_name(key.removeprefix("metrics."))
    line = f"metric_definitions.{commit_message.key_text(metric)}.goal"
    every = table.special()
    inside = set(table.rows(table.positions(every) if isinstance(positions, range) else positions))
    goals = selection.goals([raw for row, raw in every.items() if row in inside], key)
    values = table.stored(Way(line))
    if values is None:
        return goals
    stored = {value for at in positions if (value := values[at]) is not MISSING}
    return goals | frozenset(map(str, stored))
