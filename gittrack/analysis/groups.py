"""Groups of runs with one configuration: mean, deviation, and whether a difference is noise."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from gittrack.analysis.statistics import samples
from gittrack.core.query.equality import key
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RUNNING, RunInfo
from gittrack.core.standard.collections import Callable, Hashable, Iterable, Mapping, Sequence

FEWEST = 3  # values per group that a claim needs
# The reasons for no claim.
FEW, DIVERGED, CONSTANT, HUGE = "too few runs", "diverged", "all values equal", "too large"


class Configuration(NamedTuple):
    """What the runs of a group share; ``inputs`` are the names of their data, with the digests."""

    experiment: str
    command: tuple[str, ...]
    inputs: tuple[str, ...]
    params: dict[str, Any]


class GroupedRun(NamedTuple):
    """A run of a group; ``state`` is the code that ran."""

    id: str
    name: str | None
    state: str | None


class Group(NamedTuple):
    """Finished runs of one configuration, which differ only in the params after ``--over``.

    Attributes
    ----------
    configuration : Configuration
        What the runs share.
    runs, values : tuple
        The runs that count, and their values of the metric.
    keys : tuple
        The values of the params after ``--over`` in each run; they pair the runs of two groups.
    reruns : int
        The number of runs that reproduce another run of the group.  They do not count: they are the same
        measurement again.
    diverged : int
        The number of runs that ended with NaN or infinity.
    unfinished : int
        The number of runs that failed, were killed or crashed.
    """

    configuration: Configuration
    runs: tuple[GroupedRun, ...]
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
        """The number of runs, without reruns and without runs that are still running."""
        return len(self.values) + self.diverged + self.unfinished

    @property
    def repeated(self) -> bool:
        """Whether two of the runs have the same code and the same params after ``--over``."""
        states = {(run.state, over) for run, over in zip(self.runs, self.keys, strict=True)}
        return len(states) < len(self.runs)

    @property
    def codes(self) -> int:
        """The number of different code states of the runs."""
        return len({run.state for run in self.runs})


class Comparison(NamedTuple):
    """The difference of two means, and its 95 % interval from ``low`` to ``high``.

    ``paired`` is true if the runs were compared seed by seed.  ``among`` is the number of groups of which the
    first is the best; the interval is corrected for it.
    """

    difference: float
    low: float
    high: float
    paired: bool = False
    among: int = 2

    @property
    def more_than_noise(self) -> bool:
        """Whether the interval does not contain zero."""
        return self.low > 0 or self.high < 0


class Refusal(NamedTuple):
    """Why two groups cannot be compared; ``positions`` are 1, 2 or both: the groups with that problem."""

    reason: str
    positions: tuple[int, ...]


def group_runs(
    runs: Iterable[RunInfo],
    over: Sequence[str],
    value: Callable[[RunInfo], Any],
    *,
    smallest: bool = False,
    inputs: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Group]:
    """Return the groups of runs; the best mean is first, and groups with a diverged run are last.

    A group is one configuration: experiment, folder, command, inputs, and all params except ``over``.

    Parameters
    ----------
    runs : iterable of RunInfo
        The runs, of which only few values are kept.  Those that are still running and those without the
        metric are left out.
    over : sequence of str
        The params, or ``seed``, in which the runs of a group may differ.
    value : callable
        Returns the metric of a run, or None.
    smallest : bool
        Whether a smaller mean is better; False by default.
    inputs : mapping, optional
        The names and digests of the inputs of a run, by its id.
    """
    shared: dict[Hashable, Configuration] = {}
    members: dict[Hashable, list[_Candidate]] = {}
    same: dict[Any, Any] = {}  # equal values of very many runs are one object
    for run in runs:
        if run.status == RUNNING or not isinstance(value(run), (int, float)):
            continue
        configuration = _configuration(run, over, (inputs or {}).get(run.id, ()))
        name = (run.cwd, *configuration[:3], key(configuration.params))
        shared.setdefault(name, configuration)
        members.setdefault(name, []).append(_candidate(run, over, value(run), same))
    every = [_group(shared[name], members[name]) for name in members]
    sign = 1 if smallest else -1
    ranked = [group for group in every if group.values]
    return sorted(ranked, key=lambda group: (group.diverged > 0, sign * group.mean))


def _configuration(run: RunInfo, over: Sequence[str], inputs: tuple[str, ...]) -> Configuration:
    flat = commit_message.dotted(run.params)
    rest = {name: flat[name] for name in flat if name not in over}
    return Configuration(run.experiment, _command(run, over), inputs, rest)


def _command(run: RunInfo, over: Sequence[str]) -> tuple[str, ...]:
    params = commit_message.dotted({"seed": run.seed, **run.params})
    return command_without(run.command, (*params, *over))


def command_without(command: Sequence[str], params: Iterable[str]) -> tuple[str, ...]:
    """Return a command without its interpreter and without options that carry one of some params.

    The params are compared by their values: ``--lr 0.1`` and ``--lr=0.10`` are one command.
    """
    names = {name.replace("_", "-") for name in params}
    words = list(command)
    if words and words[0].rpartition("/")[2].startswith("python"):
        words = words[1:]
    rest: list[str] = []
    is_value = False
    for word in words:
        name, equals, _ = word.lstrip("-+").partition("=")
        if is_value and not word.startswith("--"):
            is_value = False
        elif name.replace("_", "-") in names and (equals or word.startswith("-")):
            is_value = not equals
        else:
            is_value = False
            rest.append(word)
    return tuple(rest)


class _Candidate(NamedTuple):
    """A run that may count in its group."""

    member: GroupedRun
    reproduces: str | None
    is_finished: bool
    value: float
    keys: tuple[Hashable, ...]


def _candidate(run: RunInfo, over: Sequence[str], value: float, same: dict[Any, Any]) -> _Candidate:
    keys = tuple(map(key, _pairing_values(run, over)))
    state = same.setdefault(run.code.state, run.code.state)
    keys = same.setdefault(keys, keys)
    return _Candidate(
        GroupedRun(run.id, run.name, state), run.reproduces, run.finished, value, keys
    )


def _group(configuration: Configuration, runs: Sequence[_Candidate]) -> Group:
    ids = {run.member.id for run in runs}
    originals = [run for run in runs if run.reproduces not in ids]
    finished = [run for run in originals if run.is_finished]
    finite = [run for run in finished if math.isfinite(run.value)]
    return Group(
        configuration,
        tuple(run.member for run in finite),
        tuple(float(run.value) for run in finite),
        tuple(run.keys for run in finite),
        reruns=len(runs) - len(originals),
        diverged=len(finished) - len(finite),
        unfinished=len(originals) - len(finished),
    )


def _pairing_values(run: RunInfo, over: Sequence[str]) -> list[Any]:
    flat = commit_message.dotted({"seed": run.seed, **run.params})
    return [flat.get(name) for name in over]


def compare_groups(a: Group, b: Group, among: int = 2) -> Comparison | Refusal:
    """Return the difference of the means of ``a`` and ``b`` with its 95 % interval, or why there is none.

    Parameters
    ----------
    a, b : Group
        The groups.
    among : int
        The number of groups of which ``a`` is the best; 2 by default.

    Returns
    -------
    Comparison or Refusal
        A refusal if a run of a group diverged, if a group has fewer than ``FEWEST`` values, if all values of
        a group are equal, or if the values are too large for a float.

    Notes
    -----
    If both groups have the same seeds, once each, the interval is the paired t interval of the differences
    seed by seed, else Welch's.  Its confidence is 1 - 0.05 / (among - 1): Bonferroni's correction for
    comparing the best group with each of the other groups.
    """
    alpha = samples.ALPHA / max(1, among - 1)
    refusal = _refusal(a, b)
    if refusal:
        return refusal
    differences = _pairs(a, b)
    paired = bool(differences) and not samples.is_constant(differences)
    interval = (
        samples.paired_interval(differences, alpha)
        if paired
        else samples.welch_interval(a.values, b.values, alpha)
    )
    if not all(map(math.isfinite, interval)):
        return Refusal(HUGE, (1, 2))
    return Comparison(*interval[:3], paired, among)


def _refusal(a: Group, b: Group) -> Refusal | None:
    sides = ((1, a), (2, b))
    for reason, applies in (
        (DIVERGED, lambda group: group.diverged > 0),
        (FEW, lambda group: len(group.values) < FEWEST),
        (CONSTANT, lambda group: samples.is_constant(group.values)),
    ):
        positions = tuple(position for position, group in sides if applies(group))
        if positions:
            return Refusal(reason, positions)
    return None


def _pairs(a: Group, b: Group) -> list[float]:
    """Return the differences seed by seed; empty if the seeds differ, repeat or are not all known."""
    first, second = (dict(zip(group.keys, group.values, strict=True)) for group in (a, b))
    once = len(first) == len(a.values) == len(b.values) and first.keys() == second.keys()
    if not once or any(key(None) in name for name in first):
        return []
    return [first[name] - second[name] for name in first]
