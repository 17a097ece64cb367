"""The numbers of groups: means and deviations of metrics, and what the runs of a group share."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from gittrack import git
from gittrack.analysis.statistics import samples
from gittrack.core.run import facts
from gittrack.core.run.run_info import FINISHED
from gittrack.core.standard.collections import Collection, Iterable, Sequence
from gittrack.read.index.bulk import run_values
from gittrack.web.grouping.grouped import GroupedRuns, RunGroup
from gittrack.web.grouping.keys import keys_of

_LARGE = 1e150  # the square of a larger number may be more than a float can hold


class States(NamedTuple):
    """What says whether runs count in their groups: a value of each run; no ids if none is a rerun."""

    status: Sequence[str]
    reproduces: Sequence[str | None]
    ids: Sequence[str] = ()

    def counted(self, members: Sequence[int], states: Collection[str]) -> list[int]:
        """Return the runs of a group that have one of some states, and repeat no other run of it."""
        ended = [number for number in members if self.status[number] in states]
        if not self.ids:
            return ended
        own = {self.ids[number] for number in members}
        return [number for number in ended if self.reproduces[number] not in own]


def states_of(repo: git.Repo, grouped: GroupedRuns) -> States:
    """Return the states of all runs."""
    values = run_values.of_runs(repo, grouped.runs, ("status", "reproduces"))
    if any(values["reproduces"]):
        values |= run_values.of_runs(repo, grouped.runs, ["id"])
    return States(values["status"], values["reproduces"], values.get("id", ()))


def cells(
    repo: git.Repo,
    grouped: GroupedRuns,
    groups: Sequence[RunGroup],
    columns: Iterable[str],
    states: States,
) -> list[dict[str, Any]]:
    """Return the columns of a table of groups.

    A metric has ``mean``, ``deviation``, ``n`` and ``diverged`` for each group.  Any other column has
    ``value``, that of the first run, and ``different``, how many different values the runs have.
    """
    finished = [states.counted(group.members, {FINISHED}) for group in groups]
    table = []
    for name in columns:
        values = run_values.of_runs(repo, grouped.runs, [name])[name]
        is_metric = name.startswith("metrics.")
        parts = _spreads(values, finished) if is_metric else _shared(name, values, groups)
        table.append({"name": name, **parts})
    return table


def _spreads(values: Sequence[Any], groups: Sequence[Sequence[int]]) -> dict[str, list[Any]]:
    """Return the mean and the sample standard deviation (n - 1) of the finite values of each group."""
    parts: dict[str, list[Any]] = {"mean": [], "deviation": [], "n": [], "diverged": []}
    for numbers in groups:
        present = [value for n in numbers if isinstance(value := values[n], (int, float))]
        finite = list(filter(math.isfinite, present))
        mean, deviation = _mean_and_deviation(finite)
        parts["mean"].append(mean)
        parts["deviation"].append(deviation)
        parts["n"].append(len(finite))
        parts["diverged"].append(len(present) - len(finite))
    return parts


def _mean_and_deviation(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return what `analysis.statistics.samples` computes of the values, faster if they are many."""
    if not values:
        return None, None
    low, high = min(values), max(values)
    if len(values) == 1 or max(abs(low), abs(high)) > _LARGE:
        return samples.mean(values), samples.deviation(values) if len(values) > 1 else None
    if low == high:
        return float(low), 0.0
    mean = math.fsum(values) / len(values)
    squares = (np.array(values, dtype=np.float64) - mean) ** 2
    return mean, math.sqrt(math.fsum(squares.tolist()) / (len(values) - 1))


def _shared(name: str, values: Sequence[Any], groups: Sequence[RunGroup]) -> dict[str, list[Any]]:
    fact = facts.LISTED.get(name)  # None for a param, and for a name that no run has
    is_typed = fact is not None and facts.TYPES[fact.kind] is not list
    keys = values if is_typed else keys_of(values)
    return {
        "value": [values[group.members[0]] for group in groups],
        "different": [len({keys[number] for number in group.members}) for group in groups],
    }
