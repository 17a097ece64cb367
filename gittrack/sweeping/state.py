"""The state of a sweep, which consists of its runs and nothing else.

A run with an order counts: it is the outcome of its trial.  A run without an order does not count: it was
interrupted, its machine died, or it failed and has another attempt.  Then the trial is run again with the
same params.
"""

from __future__ import annotations

import math

from gittrack import git
from gittrack.analysis import sweep_view
from gittrack.core import layout, nested
from gittrack.core.run import commit_message, run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.trials import TrialFacts
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.core.standard.functools import lru_cache
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.read.runs.decoding import many_runs
from gittrack.read.runs.lookup import METRIC_PARTS
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.search.plan import Outcome, Trial


class PendingTrial(NamedTuple):
    """A trial to run: ``attempt`` counts from 1, ``known_outcomes`` outcomes existed at its proposal."""

    trial: Trial
    attempt: int
    known_outcomes: int


class SweepState(NamedTuple):
    """The outcomes in their order, the trials to run again, and the runs that count, by trial key.

    ``checkpoints`` are the runs with artifacts from which trials to run again continue, also by trial key.
    """

    outcomes: tuple[Outcome, ...] = ()
    pending: tuple[PendingTrial, ...] = ()
    runs: Mapping[str, RunInfo] = {}
    checkpoints: Mapping[str, RunInfo] = {}

    @property
    def next_order(self) -> int:
        """The order of the next trial that ends."""
        return max((outcome.order for outcome in self.outcomes), default=-1) + 1


def runs(repo: git.Repo, sweep_id: str) -> list[RunInfo]:
    """Return the runs of a sweep, the running ones included, in the order of their start."""
    return by_sweep(repo, sweep_id).get(sweep_id, [])


def by_sweep(
    repo: git.Repo, sweep_id: str | None = None, *, elsewhere: bool = False
) -> dict[str, list[RunInfo]]:
    """Return the runs of one sweep, or of all: {sweep id: runs in the order of their start}.

    With ``elsewhere``, trials that go on on other machines are among them.  They are only for display: a
    sweep that goes on here counts a trial when its run was pulled.
    """
    request = Request(facts=(("sweep.id", sweep_id),), descending=False)
    runs: dict[str, list[RunInfo]] = {}
    every = source_of(repo).select(request).runs
    for info in many_runs.decoded(repo, [raw for raw in every if elsewhere or not raw.snapshot]):
        if info.sweep is not None:
            runs.setdefault(info.sweep.id, []).append(info)
    return runs


def of_runs(
    infos: Sequence[RunInfo], metric: str | None, names: Collection[str], resource: str | None
) -> SweepState:
    """Return the state of a sweep.

    Parameters
    ----------
    infos : sequence of RunInfo
        The runs of the sweep, in any order.
    metric : str or None
        What trials are ranked by.
    names : collection of str
        The params that are searched.
    resource : str or None
        The param that halving sets.
    """
    counting: dict[str, RunInfo] = {}
    by_trial: dict[str, list[RunInfo]] = {}
    for info in sorted(infos, key=_rank):
        trial = _trial_facts(info)
        if trial.order is not None:
            counting.setdefault(trial.trial, info)
        by_trial.setdefault(trial.trial, []).append(info)
    outcomes = [outcome(info, metric, names) for info in counting.values()]
    pending = [
        _pending(attempts, names, resource)
        for key, attempts in by_trial.items()
        if key not in counting
    ]
    return SweepState(
        tuple(sorted(outcomes, key=lambda outcome: outcome.order)),
        tuple(sorted(pending, key=_pending_rank)),
        counting,
    )


def checkpoints(
    repo: git.Repo, infos: Sequence[RunInfo], pending: Collection[PendingTrial]
) -> dict[str, RunInfo]:
    """Return for trials to run again the last attempt with artifacts that did not fail by itself."""
    keys = {trial.trial.key for trial in pending}
    attempts = [info for info in infos if _trial_facts(info).trial in keys]
    attempts = with_artifacts(repo, [info for info in attempts if can_continue(info)])
    return {_trial_facts(info).trial: info for info in sorted(attempts, key=lambda info: info.id)}


def can_continue(info: RunInfo) -> bool:
    """Return whether another attempt may continue from a run: it was ended from outside."""
    return info.commit is not None and info.status not in (run_info.FAILED, run_info.RUNNING)


def with_artifacts(repo: git.Repo, infos: Sequence[RunInfo]) -> list[RunInfo]:
    """Return the runs that are in this repository and have artifacts."""
    exist = git.exist(repo, [f"{info.commit}:{layout.OUTPUTS}" for info in infos])
    return [info for info, is_here in zip(infos, exist, strict=True) if is_here]


def _pending_rank(pending: PendingTrial) -> tuple[int, int, str]:
    return pending.known_outcomes, pending.trial.config, pending.trial.key


def _trial_facts(info: RunInfo) -> TrialFacts:
    assert info.sweep is not None
    return info.sweep


def _rank(info: RunInfo) -> tuple[bool, int, str]:
    """Return the sort key of a run: of two runs of a trial, made in two clones, the first to end counts."""
    order = _trial_facts(info).order
    return order is None, order or 0, info.id


def outcome(info: RunInfo, metric: str | None, names: Collection[str]) -> Outcome:
    """Return a run that counts as the strategy sees it; the parameters are those of `of_runs`."""
    trial = _trial_facts(info)
    params = {name: value_at(info.params, name) for name in names}
    return Outcome(
        trial.trial,
        score(info, metric),
        trial.order or 0,
        status(info),
        {name: value for name, value in params.items() if value is not None},
    )


def status(info: RunInfo) -> str:
    """Return the status of a trial: the status of its run, or ``stopped`` if it stopped early."""
    early = info.finished and _trial_facts(info).stopped is not None
    return sweep_view.STOPPED if early else info.status


def score(info: RunInfo, metric: str | None) -> float | None:
    """Return the last value of the metric (or ``METRIC.max`` and so on) of a run that did not fail.

    NaN, which no sweep takes as the best, for a run whose code or data changed while it was going on.
    """
    value = _recorded_score(info, metric)
    return math.nan if value is not None and info.more.get("changed") else value


def _recorded_score(info: RunInfo, metric: str | None) -> float | None:
    if metric is None or info.status not in (run_info.FINISHED, run_info.RUNNING):
        return None
    if metric in info.metrics:
        return float(info.metrics[metric].last)
    stem, _, part = metric.rpartition(".")
    if stem in info.metrics and part in METRIC_PARTS:
        value = getattr(info.metrics[stem], part)
        return None if value is None else float(value)
    return None


def _pending(
    attempts: Sequence[RunInfo], names: Collection[str], resource: str | None
) -> PendingTrial:
    """Return a trial to run again, with the params of its last run."""
    last = max(attempts, key=lambda info: info.id)
    facts = _trial_facts(last)
    failed = [
        info
        for info in attempts
        if not _trial_facts(info).interrupted and info.status in (run_info.FAILED, run_info.KILLED)
    ]
    params = {name: value_at(last.params, name) for name in names}
    if resource is not None and facts.budget is not None:
        params[resource] = facts.budget
    trial = Trial(
        key=facts.trial,
        config=facts.config,
        params=params,
        rung=facts.rung,
        bracket=facts.bracket,
        budget=facts.budget,
        seed=facts.seed,
        after=facts.after,
    )
    return PendingTrial(trial, len(failed) + 1, facts.known)


def value_at(params: Mapping[str, Any], name: str) -> Any:
    """Return the value of a dotted name in nested params, or None if there is none."""
    path = _path(name)
    return nested.at_path(params, path) if len(path) > 1 else params.get(path[0])


@lru_cache(1024)  # the same names for each trial
def _path(name: str) -> tuple[str, ...]:
    return commit_message.parts(name)
