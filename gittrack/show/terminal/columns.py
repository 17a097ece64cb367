"""The columns that a table of runs can have: which value of a run, and how it looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import Code, RunInfo, from_iso
from gittrack.show.terminal import text


class Column(NamedTuple):
    """A column: its name, the value of a run in it, how that is shown, and whether it is a number."""

    name: str
    get: Callable[[RunInfo], Any]
    show: Callable[[Any], str] = text.value
    right: bool = False
    head: str = ""


def short_id(run_id: str) -> str:
    """Return the 8 hex digits of an id, which address the run wherever they are unique."""
    return run_id[16:] or run_id


def _fact(name: str, show: Callable[[Any], str] = text.value, *, right: bool = False) -> Column:
    return Column(name, lambda run: getattr(run, name), show, right, name.upper())


def _oid(oid: str | None) -> str:
    return (oid or "-")[:8]


_SIMPLE = ("experiment", "name", "status", "note", "group", "user", "host", "cwd", "signal")
_MORE = (
    "fingerprint",
    "recipe",
    "asked",
    "ref",
    "commit",
    "parent",
    "ended",
    "reproduces",
    "archived",
)
_NUMBERS = ("config", "rung", "bracket", "budget", "seed", "attempt", "known", "order", "stopped")
FACTS = {
    **{name: _fact(name) for name in (*_SIMPLE, *_MORE)},
    "id": _fact("id", short_id),
    "duration": _fact("duration", text.duration, right=True)._replace(head="TIME"),
    "tags": _fact("tags", lambda tags: text.escape(", ".join(tags))),
    "seed": _fact("seed", right=True),
    "exit_code": _fact("exit_code", right=True)._replace(head="EXIT"),
    "peak_memory": _fact(
        "peak_memory", lambda size: text.size(size) if size else "-", right=True
    )._replace(head="MEMORY"),
    "branch": Column("branch", lambda run: run.code.branch, head="BRANCH"),
    "code": Column("code", lambda run: run.code.state, _oid, head="CODE"),
    "command": _fact("command", lambda words: text.value(text.command(words))),
}


def started(now: float) -> Column:
    """Return the column of ages, ``now`` being in seconds since 1970."""

    def age(moment: str | None) -> str:
        return text.age(now - from_iso(moment)) if moment else "-"

    return Column("started", lambda run: run.started, age, head="STARTED")


def _age(now: float) -> Column:
    def get(run: RunInfo) -> float | None:
        return now - from_iso(run.started) if run.started else None

    return Column("age", get, text.duration, True, "AGE")


def _part(kind: str, rest: str) -> Column | None:
    """Return the column of a fact with parts, such as ``sweep.id``; None for what is none."""
    from gittrack.core.run.trials import TrialFacts  # noqa: PLC0415 - most tables have no such column

    fields = {"code": Code._fields, "sweep": TrialFacts._fields}.get(kind, ())
    if rest not in fields:
        return None

    def get(run: RunInfo) -> Any:
        return getattr(getattr(run, kind), rest, None)

    name = f"{kind}.{rest}"
    shown = {"sweep.id": _short, "code.commit": _oid, "code.snapshot": _oid}.get(name, text.value)
    return Column(name, get, shown, rest in _NUMBERS, name.upper())


def _short(run_id: str | None) -> str:
    return short_id(run_id) if run_id else "-"


def code_states(runs: Sequence[RunInfo]) -> list[Column]:
    """Return the column that tells code states apart, a star for a dirty one, where there are several."""
    if len({run.code.state for run in runs}) < 2:
        return []
    dirty = {run.code.state for run in runs if run.code.dirty}

    def show(oid: str | None) -> str:
        return _oid(oid) + ("*" if oid in dirty else "")

    return [FACTS["code"]._replace(show=show)]


def metric(name: str) -> Column:
    """Return the column of a metric's last value, or of ``METRIC.max`` and the like."""

    def get(run: RunInfo) -> Any:
        if name in run.metrics:
            return run.metrics[name].last
        stem, _, part = name.rpartition(".")
        return getattr(run.metrics.get(stem), part, None) if part else None

    return Column(name, get, right=True, head=text.escape(name))


def param(name: str) -> Column:
    """Return the column of a param, by its dotted name."""
    try:
        parts = commit_message.split_key(name)
    except ValueError:  # the name of a metric, with a quote in it
        parts = (name,)

    def get(run: RunInfo) -> Any:
        return commit_message.at(run.params, parts)

    return Column(name, get, right=True, head=text.escape(name))


def named(name: str, now: float) -> Column:
    """Return the column that a user asked for: a fact, ``metrics.x``, ``params.x`` or a bare name."""
    if name in FACTS:
        return FACTS[name]
    if name in ("started", "age"):
        return started(now) if name == "started" else _age(now)
    kind, _, rest = name.partition(".")
    part = _part(kind, rest) if kind in ("code", "sweep") else None
    if part is not None:
        return part
    if kind == "params" and rest:
        return param(rest)
    if kind == "metrics" and rest:
        return metric(rest)
    first, second = metric(name), param(name)

    def either(run: RunInfo) -> Any:
        found = first.get(run)
        return second.get(run) if found is None else found

    return first._replace(get=either)
