"""Where a sweep stands: nothing but what its runs say.

A run with an order counts, as the outcome of its trial.  One without does not: it was interrupted, its
machine died, or it failed and was to be tried again; then the trial is run again with the same params.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack import git
from gittrack.analysis import sweep_view
from gittrack.core import nested
from gittrack.core.run import commit_message, run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.trials import TrialFacts
from gittrack.read.runs import reader
from gittrack.read.runs.lookup import METRIC_PARTS
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.search.plan import Outcome, Trial


class Again(NamedTuple):
    """A trial that was begun and does not count yet; ``attempt`` is the one to make now."""

    trial: Trial
    attempt: int
    known: int


class State(NamedTuple):
    """The outcomes in their order, the trials to run again, and the runs that count, by trial."""

    outcomes: tuple[Outcome, ...] = ()
    again: tuple[Again, ...] = ()
    runs: Mapping[str, RunInfo] = {}

    @property
    def next_order(self) -> int:
        """The order of the next trial that ends."""
        return max((one.order for one in self.outcomes), default=-1) + 1


def runs(repo: git.Repo, sweep_id: str) -> list[RunInfo]:
    """Return the runs of a sweep, those going on too, in the order in which they were started."""
    return by_sweep(repo, sweep_id).get(sweep_id, [])


def by_sweep(repo: git.Repo, sweep_id: str | None = None) -> dict[str, list[RunInfo]]:
    """Return {sweep: its runs, in the order of their start}, of one sweep or of all."""
    request = Request(facts=(("sweep.id", sweep_id),), descending=False)
    runs: dict[str, list[RunInfo]] = {}
    for raw in source_of(repo).select(request).runs:
        info = reader.decode(repo, raw)
        if info.sweep is not None:
            runs.setdefault(info.sweep.id, []).append(info)
    return runs


def of_runs(
    infos: Sequence[RunInfo], metric: str | None, names: Collection[str], resource: str | None
) -> State:
    """Return the state that the runs add up to; ``names`` are the params that are searched over."""
    ended: dict[str, RunInfo] = {}
    begun: dict[str, list[RunInfo]] = {}
    for info in sorted(infos, key=_rank):
        part = _part(info)
        if part.order is not None:
            ended.setdefault(part.trial, info)
        begun.setdefault(part.trial, []).append(info)
    outcomes = [outcome(info, metric, names) for info in ended.values()]
    again = [
        _again(key, found, names, resource) for key, found in begun.items() if key not in ended
    ]
    return State(
        tuple(sorted(outcomes, key=lambda one: one.order)),
        tuple(sorted(again, key=lambda one: (one.known, one.trial.config, one.trial.key))),
        ended,
    )


def _part(info: RunInfo) -> TrialFacts:
    assert info.sweep is not None
    return info.sweep


def _rank(info: RunInfo) -> tuple[bool, int, str]:
    """Of two runs of one trial, as two clones may make, the one that ended first counts."""
    order = _part(info).order
    return order is None, order or 0, info.id


def outcome(info: RunInfo, metric: str | None, names: Collection[str]) -> Outcome:
    """Return what a run that counts is to the strategy."""
    part = _part(info)
    return Outcome(
        part.trial,
        score(info, metric),
        part.order or 0,
        status(info),
        {name: found for name in names if (found := value_at(info.params, name)) is not None},
    )


def status(info: RunInfo) -> str:
    """Return the status of a trial: that of its run, or that it stopped early."""
    early = info.finished and _part(info).stopped is not None
    return sweep_view.STOPPED if early else info.status


def score(info: RunInfo, metric: str | None) -> float | None:
    """Return the last value of the metric (or ``METRIC.max`` and the like) of a run that did not fail."""
    if metric is None or info.status not in (run_info.FINISHED, run_info.RUNNING):
        return None
    if metric in info.metrics:
        return float(info.metrics[metric].last)
    stem, _, part = metric.rpartition(".")
    if stem in info.metrics and part in METRIC_PARTS:
        found = getattr(info.metrics[stem], part)
        return None if found is None else float(found)
    return None


def _again(
    key: str, found: Sequence[RunInfo], names: Collection[str], resource: str | None
) -> Again:
    """Return a trial as its last run was told to do it."""
    last = max(found, key=lambda info: info.id)
    part = _part(last)
    failed = [
        info
        for info in found
        if not _part(info).interrupted and info.status in (run_info.FAILED, run_info.KILLED)
    ]
    flat = {name: value_at(last.params, name) for name in names}
    if resource is not None and part.budget is not None:
        flat[resource] = part.budget
    trial = Trial(
        key, part.config, flat, part.rung, part.bracket, part.budget, part.seed, part.after
    )
    return Again(trial, len(failed) + 1, part.known)


def value_at(params: Mapping[str, Any], name: str) -> Any:
    """Return the value of a dotted name in nested params, None where there is none."""
    return nested.at_path(params, commit_message.parts(name))
