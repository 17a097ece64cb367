"""The columns of a table of runs: how a value is read from a run, and how it is shown; a run in one line."""

from __future__ import annotations

from itertools import pairwise

from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import RunInfo, from_iso, getter, headline
from gittrack.core.standard.collections import Callable, Iterator, Mapping, Sequence, Set
from gittrack.core.standard.functools import cache
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.show.terminal import text

_AT_ONCE, _NEAR = 4096, 16  # rows


class Column(NamedTuple):
    """A column of a table of runs.

    Attributes
    ----------
    name : str
        The name, for ``--columns``, CSV and messages.
    get : callable
        Returns the value of a run.
    show : callable
        Returns a value as text for people.
    right : bool
        Whether the column holds numbers and is aligned to the right.
    head : str
        The heading for people.
    """

    name: str
    get: Callable[[RunInfo], Any]
    show: Callable[[Any], str] = text.value
    right: bool = False
    head: str = ""


def short_id(run_id: str) -> str:
    """Return the last 8 hex digits of an id, which address the run if they are unique."""
    return run_id[16:] or run_id


def summary_line(info: RunInfo) -> str:
    """Return the line that is printed when a run has ended."""
    values = [
        f"{commit_message.key_text(name)}={text.value(info.metrics[name].last)}"
        for name in headline(info.metrics)
    ]
    name = f" {text.escape(info.name)}" if info.name else ""
    causes = {"signal": info.signal, "exit code": info.exit_code}
    why = next((f" ({k} {v})".replace("(signal ", "(") for k, v in causes.items() if v), "")
    result = "  ".join([f"{info.status}{why} in {text.duration(info.duration)}", *values])
    return f"run {short_id(info.id)}{name} {result}"


def _oid(oid: str | None) -> str:
    return (oid or "-")[:8]


def _short(run_id: str | None) -> str:
    return short_id(run_id) if run_id else "-"


# How the values of a kind are shown; `text.value` shows those of all other kinds.
_FORMATS: Mapping[str, Callable[[Any], str]] = {
    facts.RUN_ID: _short,
    facts.COMMIT_ID: _oid,
    facts.SECONDS: text.duration,
    facts.BYTES: lambda size: text.size(size) if size else "-",
    facts.NAMES: lambda names: text.escape(", ".join(names or ())),
    facts.WORDS: lambda words: text.value(text.command_line(words or ())),
}
_NUMBERS = (facts.INTEGER, facts.NUMBER, facts.SECONDS, facts.BYTES)


@cache
def fact(name: str) -> Column:
    """Return the column of a fact of the table in `core.run.facts`."""
    entry = facts.LISTED[name]
    show = _FORMATS.get(entry.kind, text.value)
    head = entry.heading or name.upper()
    return Column(name, getter(entry), show, entry.kind in _NUMBERS, head)


def started(now: float) -> Column:
    """Return the column of start times, shown as ages; ``now`` is in seconds since 1970."""

    def age(moment: str | None) -> str:
        return text.age(now - from_iso(moment)) if moment else "-"

    return fact("started")._replace(show=age)


def status_text(run: RunInfo, now: float) -> str:
    """Return the status of a run; of a live run of another machine also where and when it was seen."""
    seen = run.more.get("seen")
    if not isinstance(seen, str):
        return run.status
    try:
        age = text.age(now - from_iso(seen))
    except ValueError:  # another tool wrote it
        return run.status
    return f"{run.status} on {text.escape(run.host or 'another machine')}, seen {age}"


def status(now: float, *, elsewhere: bool) -> Column:
    """Return the column of statuses; if there are live runs ``elsewhere``, it names their machines."""
    column = fact("status")
    if not elsewhere:
        return column
    return column._replace(get=lambda run: status_text(run, now))


def _age(now: float) -> Column:
    def get(run: RunInfo) -> float | None:
        return now - from_iso(run.started) if run.started else None

    return fact("age")._replace(get=get)


def code_states(states: Set[str | None], dirty: Set[str | None]) -> list[Column]:
    """Return a column of code states if there are several; a star marks those in ``dirty``."""
    if len(states) < 2:
        return []

    def show(oid: str | None) -> str:
        return _oid(oid) + ("*" if oid in dirty else "")

    return [fact("code")._replace(show=show)]


def metric(name: str) -> Column:
    """Return the column of a metric's last value, or of its part: ``METRIC.max``, ``METRIC.min``."""

    def get(run: RunInfo) -> Any:
        if name in run.metrics:
            return run.metrics[name].last
        stem, _, part = name.rpartition(".")
        return getattr(run.metrics.get(stem), part, None) if part else None

    return Column(name, get, right=True, head=text.escape(name))


def param(name: str) -> Column:
    """Return the column of a param with this dotted name."""
    try:
        parts = commit_message.split_key(name)
    except ValueError:  # the name of a metric, with a quote in it
        parts = (name,)

    def get(run: RunInfo) -> Any:
        return commit_message.value_at(run.params, parts)

    return Column(name, get, right=True, head=text.escape(name))


def by_name(name: str, now: float) -> Column:
    """Return the column with a name that a user gave: a fact, ``metrics.x``, ``params.x`` or ``x``."""
    if name in ("started", "age"):
        return started(now) if name == "started" else _age(now)
    if name in facts.LISTED:
        return fact(name)
    kind, _, rest = name.partition(".")
    if kind == "params" and rest:
        return param(rest)
    if kind == "metrics" and rest:
        return metric(rest)
    first, second = metric(name), param(name)

    def either(run: RunInfo) -> Any:
        value = first.get(run)
        return second.get(run) if value is None else value

    return first._replace(get=either)


def rows(runs: Sequence[RunInfo], chosen: Sequence[Column]) -> Sequence[Sequence[str]]:
    """Return the cells of each run; those of very many runs are in a file."""
    from gittrack.show.terminal.table import MANY  # noqa: PLC0415 - the end of a run needs no table

    if len(runs) > MANY:
        return _many_rows(runs, chosen)
    cells = [_cells(column, [column.get(run) for run in runs]) for column in chosen]
    return [list(row) for row in zip(*cells, strict=True)] if chosen else [[] for _ in runs]


def _cells(column: Column, values: Sequence[Any]) -> list[str]:
    """Return a column as text; different neighbouring numbers get as many digits as they need."""
    cells = [column.show(value) for value in values]
    alike = any(map(_are_alike, pairwise(cells), pairwise(values)))
    return text.distinct_numbers(values) if alike and column.show is text.value else cells


def _are_alike(cells: tuple[str, str], values: tuple[Any, Any]) -> bool:
    """Return whether two different floats have one text."""
    before, after = values
    return (
        cells[0] == cells[1]
        and isinstance(before, float)
        and isinstance(after, float)
        and before != after
    )


def _many_rows(runs: Sequence[RunInfo], chosen: Sequence[Column]) -> Sequence[Sequence[str]]:
    """Return the rows of `rows`, which are in a file: first each value and its text, then all digits."""
    from gittrack.show.data.spool import Spool  # noqa: PLC0415 - a usual table has few rows
    from gittrack.show.terminal.table import rows_of  # noqa: PLC0415

    alike: set[int] = set()  # the columns that need more digits

    def plain() -> Iterator[tuple[list[Any], list[str]]]:
        values, cells = [None for _ in chosen], ["" for _ in chosen]
        for run in runs:
            before = zip(cells, values, strict=True)
            values = [column.get(run) for column in chosen]
            cells = [column.show(value) for column, value in zip(chosen, values, strict=True)]
            for number, (cell, value) in enumerate(before):
                if _are_alike((cell, cells[number]), (value, values[number])):
                    alike.add(number)
            yield values, cells

    every = Spool(plain())
    numbers = [number for number in sorted(alike) if chosen[number].show is text.value]
    return (
        Spool(_with_digits(every, numbers))
        if numbers
        else rows_of(len(runs), lambda: (cells for _, cells in every))
    )


def _with_digits(
    rows: Sequence[tuple[list[Any], list[str]]], numbers: Sequence[int]
) -> Iterator[list[str]]:
    """Yield the cells of rows; the digits of a number depend on less than `_NEAR` rows around it."""
    for start in range(0, len(rows), _AT_ONCE):
        first = max(0, start - _NEAR)
        some = rows[first : start + _AT_ONCE + _NEAR]
        texts = {
            number: text.distinct_numbers([values[number] for values, _ in some])
            for number in numbers
        }
        for position in range(start - first, min(start - first + _AT_ONCE, len(some))):
            cells = some[position][1]
            for number in numbers:
                cells[number] = texts[number][position]
            yield cells
