"""Runs of one configuration taken together: mean, deviation, and whether a difference is noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack.analysis import samples
from gittrack.core.equality import key
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RUNNING, RunInfo

FEWEST = 3  # values a side that a claim needs
# Why nothing is claimed.
FEW, DIVERGED, CONSTANT, HUGE = "too few runs", "diverged", "all values equal", "too large"


class Configuration(NamedTuple):
    """What the runs of a group share; ``inputs`` names their data and its content."""

    experiment: str
    command: tuple[str, ...]
    inputs: tuple[str, ...]
    params: dict[str, Any]


class Group(NamedTuple):
    """Finished runs of one configuration, which differ only in the params they are taken over.

    ``keys`` are what the runs have for these, to pair them by.  ``reruns`` counts those that reproduce
    another of the group: no further samples, they are left out.  ``diverged`` counts those that ended with
    NaN or infinity, ``unfinished`` those that failed, were killed or crashed.
    """

    configuration: Configuration
    runs: tuple[RunInfo, ...]
    values: tuple[float, ...]
    keys: tuple[tuple[Hashable, ...], ...] = ()
    reruns: int = 0
    diverged: int = 0
    unfinished: int = 0

    @property
    def params(self) -> dict[str, Any]:
        """The params that the runs share."""
        return self.configuration.params

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return samples.mean(self.values)

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation (n - 1); None for a single run."""
        return samples.deviation(self.values) if len(self.values) > 1 else None

    @property
    def started(self) -> int:
        """How many runs there were, without reruns and those that are going on."""
        return len(self.values) + self.diverged + self.unfinished

    @property
    def repeated(self) -> bool:
        """Whether some of the runs are equal in what they are taken over, and in their code."""
        states = {(run.code.state, over) for run, over in zip(self.runs, self.keys, strict=True)}
        return len(states) < len(self.runs)

    @property
    def codes(self) -> int:
        """How many code states the runs were made with."""
        return len({run.code.state for run in self.runs})


class Comparison(NamedTuple):
    """The difference of two means, and the interval that holds it with 95 % confidence.

    ``paired`` says that the runs were compared seed by seed; ``among`` is the number of groups of which the
    first is the best, for which the interval is corrected.
    """

    difference: float
    low: float
    high: float
    paired: bool = False
    among: int = 2

    @property
    def more_than_noise(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


class Refusal(NamedTuple):
    """Why nothing is said about two groups; ``positions`` are those of the groups that prevent it, 1 or 2."""

    reason: str
    positions: tuple[int, ...]


def group_runs(
    runs: Sequence[RunInfo],
    over: Sequence[str],
    value: Callable[[RunInfo], Any],
    *,
    smallest: bool = False,
    inputs: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Group]:
    """Return the groups, the best mean first; those in which a run diverged come after all others.

    A group is one configuration: experiment, folder and command, inputs (of each run, by its id), and all
    params but ``over``.  Runs that go on and runs without the metric are left out.
    """
    shared: dict[Hashable, Configuration] = {}
    members: dict[Hashable, list[RunInfo]] = {}
    for run in runs:
        if run.status == RUNNING or not isinstance(value(run), (int, float)):
            continue
        configuration = _configuration(run, over, (inputs or {}).get(run.id, ()))
        name = (run.cwd, *configuration[:3], key(configuration.params))
        shared.setdefault(name, configuration)
        members.setdefault(name, []).append(run)
    every = [_group(shared[name], members[name], over, value) for name in members]
    sign = 1 if smallest else -1
    ranked = [group for group in every if group.values]
    return sorted(ranked, key=lambda group: (group.diverged > 0, sign * group.mean))


def _configuration(run: RunInfo, over: Sequence[str], inputs: tuple[str, ...]) -> Configuration:
    flat = commit_message.dotted(run.params)
    rest = {name: flat[name] for name in flat if name not in over}
    return Configuration(run.experiment, _command(run, over), inputs, rest)


def _command(run: RunInfo, over: Sequence[str]) -> tuple[str, ...]:
    """Return the command without its interpreter and without options that carry a param or the seed.

    The params are compared by their values: ``--lr 0.1`` and ``--lr=0.10`` are one command.
    """
    params = commit_message.dotted({"seed": run.seed, **run.params})
    names = {name.replace("_", "-") for name in (*params, *over)}
    words = list(run.command)
    if words and words[0].rpartition("/")[2].startswith("python"):
        words = words[1:]
    left: list[str] = []
    is_value = False
    for word in words:
        name, equals, _ = word.lstrip("-+").partition("=")
        if is_value and not word.startswith("--"):
            is_value = False
        elif name.replace("_", "-") in names and (equals or word.startswith("-")):
            is_value = not equals
        else:
            is_value = False
            left.append(word)
    return tuple(left)


def _group(
    configuration: Configuration,
    runs: Sequence[RunInfo],
    over: Sequence[str],
    value: Callable[[RunInfo], Any],
) -> Group:
    ids = {run.id for run in runs}
    own = [run for run in runs if run.reproduces not in ids]
    finished = [run for run in own if run.finished]
    finite = [run for run in finished if math.isfinite(value(run))]
    return Group(
        configuration,
        tuple(finite),
        tuple(float(value(run)) for run in finite),
        tuple(tuple(map(key, _taken_over(run, over))) for run in finite),
        reruns=len(runs) - len(own),
        diverged=len(finished) - len(finite),
        unfinished=len(own) - len(finished),
    )


def _taken_over(run: RunInfo, over: Sequence[str]) -> list[Any]:
    flat = commit_message.dotted({"seed": run.seed, **run.params})
    return [flat.get(name) for name in over]


def compare_groups(a: Group, b: Group, among: int = 2) -> Comparison | Refusal:
    """Return the difference of the means of ``a`` and ``b`` with its 95 % interval, or why there is none.

    If both groups have the same seeds, once each, it is the paired t interval of the differences seed by
    seed, else Welch's.  If ``a`` is the best of ``among`` groups, the interval has the confidence
    1 - 0.05 / (among - 1), which is Bonferroni's correction for comparing it with each of the others.
    """
    alpha = samples.ALPHA / max(1, among - 1)
    refusal = _refusal(a, b)
    if refusal:
        return refusal
    differences = _pairs(a, b)
    paired = bool(differences) and not samples.is_constant(differences)
    found = (
        samples.paired_interval(differences, alpha)
        if paired
        else samples.welch_interval(a.values, b.values, alpha)
    )
    if not all(map(math.isfinite, found)):
        return Refusal(HUGE, (1, 2))
    return Comparison(*found[:3], paired, among)


def _refusal(a: Group, b: Group) -> Refusal | None:
    sides = ((1, a), (2, b))
    for reason, is_so in (
        (DIVERGED, lambda group: group.diverged > 0),
        (FEW, lambda group: len(group.values) < FEWEST),
        (CONSTANT, lambda group: samples.is_constant(group.values)),
    ):
        places = tuple(place for place, group in sides if is_so(group))
        if places:
            return Refusal(reason, places)
    return None


def _pairs(a: Group, b: Group) -> list[float]:
    """Return the differences seed by seed; none if the seeds are not the same, or some not known."""
    left, right = (dict(zip(group.keys, group.values, strict=True)) for group in (a, b))
    once = len(left) == len(a.values) == len(b.values) and left.keys() == right.keys()
    if not once or any(key(None) in name for name in left):
        return []
    return [left[name] - right[name] for name in left]
