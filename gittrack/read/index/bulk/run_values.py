"""Values of very many runs by name: from the columns of an index if it has them, else from each run."""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.core.run import commit_message
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.read.index.chunk import DamagedIndex
from gittrack.read.index.table import RunTable
from gittrack.read.runs import lookup, reader
from gittrack.read.runs.blocks import LazyRuns
from gittrack.read.runs.lookup import Lookup, Way
from gittrack.read.runs.reader import Raw


def of_runs(repo: git.Repo, runs: Sequence[Raw], names: Iterable[str]) -> dict[str, list[Any]]:
    """Return {name: value of each run}, with None for a run that does not have it.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    runs : sequence of Raw
        The runs; best those that an index answered lazily.
    names : iterable of str
        ``metrics.NAME`` (the last value), ``params.NAME``, and names of facts.
    """
    lookups = {name: Lookup(repo, _ways(name)) for name in names}
    values = _of_table(runs, lookups)
    rest = {name: find for name, find in lookups.items() if name not in values}
    values |= {name: [] for name in rest}
    for raw in runs if rest else ():
        for name, find in rest.items():
            value = find(raw)
            values[name].append(None if value is MISSING else value)
    return values


def params_of(repo: git.Repo, runs: Sequence[Raw]) -> list[str]:
    """Return the dotted names of all params of the runs, sorted.

    An index answers with those of all runs that it has.
    """
    names: set[str] = set()
    rest: Iterable[Raw] = runs
    if isinstance(runs, LazyRuns) and isinstance(runs.table, RunTable):
        try:
            names, rest = runs.table.names("params"), runs.table.special().values()
        except DamagedIndex:
            rest = runs
    for raw in rest:
        names |= commit_message.dotted(reader.decode(repo, raw).params).keys()
    return sorted(names)


def _of_table(runs: Sequence[Raw], lookups: Mapping[str, Lookup]) -> dict[str, list[Any]]:
    """Return the values that are in columns; nothing of other names."""
    if not isinstance(runs, LazyRuns) or not isinstance(runs.table, RunTable):
        return {}
    columns = {}
    try:
        for name, find in lookups.items():
            column = runs.table.values(find)
            if column is not None:
                columns[name] = [
                    None if (value := column[position]) is MISSING else value
                    for position in runs.items
                ]
    except DamagedIndex:
        return {}
    return columns


def _ways(name: str) -> list[Way]:
    """Return the ways to a value; unlike in a query, another metric or param never takes its place."""
    kind, _, rest = name.partition(".")
    if kind == "metrics":
        return lookup.metric(rest)[:1]
    return [Way(name)] if kind == "params" else lookup.fact(name)
