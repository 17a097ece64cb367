"""The rows of the table of runs, column by column."""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.analysis.direction import Direction, direction
from gittrack.core.query.equality import equal
from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import Metric, RunInfo, getter
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.show.terminal import runs as table
from gittrack.web.params import Params
from gittrack.web.views import commands
from gittrack.web.windows import Windows

_FACTS = [fact for fact in facts.FACTS if fact.listed and fact.name not in ("age", "problem")]
_PER_ROW = ("values", "min", "max", "count")


def view(repo: git.Repo, params: Params, windows: Windows | None = None) -> dict[str, Any]:
    """Return the document ``runs``.

    Notes
    -----
    A page that has all rows already sends their ``state`` as ``known``.  If it still holds, the columns
    have no values, because the page takes them from its own rows.
    """
    windows = windows or Windows()
    # Before the rows, which may then be newer, but never older.  Not for a scroll: it looks at all runs.
    state = "" if params.text("offset") else windows.state(repo)
    rows = windows.select(repo, params)
    infos = [reader.decode(repo, raw) for raw in rows.raws]
    is_lasting = rows.complete and all(raw.info is None and not raw.snapshot for raw in rows.raws)
    document = columns_of(repo, infos, params.many("column"))
    if state and is_lasting and params.text("known") == state:
        document["columns"] = [_without_values(column) for column in document["columns"]]
    return {
        "total": rows.total,
        "offset": rows.offset,
        "complete": rows.complete,
        "archived": rows.archived,
        "damaged": rows.damaged,
        **({"every": rows.every} if rows.every is not None else {}),
        **({"state": state} if state and is_lasting else {}),
        **document,
        "commands": commands.listing(params, rows.total),
    }


def key(info: RunInfo | Raw) -> str:
    """Return the key of a run in all documents: EXPERIMENT/ID."""
    return f"{info.experiment}/{info.id}"


def columns_of(
    repo: git.Repo, infos: Sequence[RunInfo], chosen: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the keys and columns of a document with these runs as rows.

    Parameters
    ----------
    repo : git.Repo
        The repository, whose configuration may define the goals of metrics.
    infos : sequence of RunInfo
        The rows.
    chosen : sequence of str
        The names of the columns; empty: all that have a value.
    """
    visible = {*table.default_names(infos), "seen"}  # of runs that go on on other machines
    columns = [*_facts(infos), *_metrics(repo, infos), *_params(infos)]
    if chosen:
        columns = [column for column in columns if column["name"] in chosen]
    for column in columns:
        column["shown"] = column["name"] in visible
    return {
        "keys": [key(info) for info in infos],
        "columns": [_folded(column) for column in columns],
    }


def _column(name: str, group: str, kind: str, head: str, values: list[Any]) -> dict[str, Any]:
    return {"name": name, "group": group, "kind": kind, "head": head, "values": values}


def _folded(column: dict[str, Any]) -> dict[str, Any]:
    """Return a column whose rows all have one value as a constant."""
    values = column["values"]
    if len(values) < 2 or "min" in column or column["name"] == "id":
        return column
    if not all(equal(values[0], value) for value in values[1:]):
        return column
    return {**{name: item for name, item in column.items() if name != "values"}, "value": values[0]}


def _without_values(column: dict[str, Any]) -> dict[str, Any]:
    """Return a column without what it has for each row."""
    return {name: item for name, item in column.items() if name not in _PER_ROW}


def _facts(infos: Sequence[RunInfo]) -> list[dict[str, Any]]:
    columns = []
    for fact in _FACTS:
        get: Callable[[RunInfo], Any] = getter(fact)
        values = [get(info) for info in infos]
        if any(value not in (None, (), False, "") for value in values):
            head = fact.heading or fact.name.upper()
            columns.append(_column(fact.name, "fact", fact.kind, head, values))
    return columns


def _params(infos: Sequence[RunInfo]) -> list[dict[str, Any]]:
    flat = [commit_message.dotted(info.params) for info in infos]
    names = sorted({name for params in flat for name in params})
    metrics = {name for info in infos for name in info.metrics}
    return [
        _column(f"params.{name}", "param", kind_of(values), head, values)
        for name in names
        for head in [f"params.{name}" if name in metrics else name]
        for values in [[params.get(name) for params in flat]]
    ]


def kind_of(values: Sequence[Any]) -> str:
    """Return the kind of a column of params: ``number``, ``text`` or ``mixed``."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float}:
        return "number"
    return "text" if kinds == {str} else "mixed"


def _metrics(repo: git.Repo, infos: Sequence[RunInfo]) -> list[dict[str, Any]]:
    names = dict.fromkeys(name for info in infos for name in info.metrics)
    goals = goals_of(repo, infos, list(names))
    columns = []
    for name in names:
        metrics = [info.metrics.get(name) for info in infos]
        column = _column(f"metrics.{name}", "metric", "number", name, _parts(metrics, "last"))
        rule = goals[name]
        parts = {part: _parts(metrics, part) for part in ("min", "max", "count")}
        goal = {"goal": rule.goal, "assumed": rule.assumed, "reason": rule.reason}
        columns.append({**column, **parts, **goal})
    return columns


def _parts(metrics: Sequence[Metric | None], part: str) -> list[Any]:
    return [None if metric is None else getattr(metric, part) for metric in metrics]


def goals_of(
    repo: git.Repo, infos: Sequence[RunInfo], names: Sequence[str]
) -> dict[str, Direction]:
    """Return which direction of each metric is better, by the one rule of `analysis.direction`."""
    config = git.parse_config(repo.config().output()) if names else {}
    defined: dict[str, set[str]] = {name: set() for name in names}
    for info in infos:
        for name, definition in info.metric_definitions.items():
            if name in defined and isinstance(definition, dict) and definition.get("goal"):
                defined[name].add(str(definition["goal"]))
    return {name: direction(name, config=config, defined=goals) for name, goals in defined.items()}
