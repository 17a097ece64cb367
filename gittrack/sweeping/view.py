"""A sweep as readers see it, made of its commit and its runs."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.core.run import run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.search.distributions import Choice, Distribution, Integers, Normal, Uniform
from gittrack.sweeping import state
from gittrack.sweeping.prepare import Opened
from gittrack.sweeping.stored import Sweep


def view(sweep: Sweep, found: Opened, infos: Sequence[RunInfo], *, busy: bool) -> SweepView:
    """Return the view of a sweep; ``busy`` says that somebody is running it."""
    plan = found.plan
    now = state.of_runs(infos, plan.metric, found.names, found.resource)
    started = {info.sweep.trial for info in infos if info.sweep is not None}
    done = found.strategy.done(now.outcomes, {one.key for one in now.outcomes})
    return SweepView(
        id=sweep.id,
        name=sweep.name,
        method=plan.method,
        metric=plan.metric,
        goal=plan.goal,
        axes=tuple(axes(found)),
        trials=tuple(_trials(found, now, infos)),
        best=found.strategy.best(now.outcomes),
        size=found.strategy.size,
        state="running" if busy else "done" if done and started else "stopped",
        resource=found.resource,
        started=sweep.facts.get("created"),
    )


def axes(found: Opened) -> list[Axis]:
    """Return the params that have more than one value to take."""
    named = ((name, _axis(name, one)) for name, one in found.plan.space.items())
    return [axis for _, axis in named if axis is not None]


def _axis(name: str, one: Distribution) -> Axis | None:
    if isinstance(one, Choice):
        return Axis(name, "choice", values=one.values) if len(one.values) > 1 else None
    if isinstance(one, Integers):
        return Axis(name, "number", False, one.low, one.high) if one.high > one.low else None
    if isinstance(one, Uniform):
        return Axis(name, "number", one.log, one.low, one.high) if one.high > one.low else None
    if isinstance(one, Normal):
        return Axis(name, "number", one.log)
    return Axis(name)


def _trials(found: Opened, now: state.State, infos: Sequence[RunInfo]) -> list[TrialView]:
    """Return one view of each trial: the run that counts, else its last one."""
    chosen: dict[str, RunInfo] = {}
    for info in infos:
        if info.sweep is not None:
            chosen[info.sweep.trial] = now.runs.get(info.sweep.trial, info)
    return [_trial(found, info) for info in chosen.values()]


def _trial(found: Opened, info: RunInfo) -> TrialView:
    part = info.sweep
    assert part is not None
    names = [*found.names, *((found.resource,) if found.resource else ())]
    return TrialView(
        key=part.trial,
        config=part.config,
        params={name: state.value_at(info.params, name) for name in names},
        status=state.status(info),
        score=None if info.status == run_info.RUNNING else state.score(info, found.plan.metric),
        order=part.order,
        rung=part.rung,
        bracket=part.bracket,
        budget=part.budget,
        seed=part.seed,
        run=info.id,
        duration=info.duration,
    )
