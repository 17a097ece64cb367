"""A sweep as it is printed, from its commit and its runs."""

from __future__ import annotations

from gittrack import git
from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.core.run import facts, run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.search.distributions import Choice, Distribution, Integers, Normal, Uniform
from gittrack.sweeping import state, workdir
from gittrack.sweeping.prepare import PreparedSweep
from gittrack.sweeping.stored import Sweep


def view(
    sweep: Sweep,
    prepared: PreparedSweep,
    infos: Sequence[RunInfo],
    *,
    busy: bool,
    hosts: Mapping[str, str] = {},
) -> SweepView:
    """Return the view of a sweep.

    Parameters
    ----------
    sweep : Sweep
        Its commit.
    prepared : PreparedSweep
        Its plan and its strategy.
    infos : sequence of RunInfo
        Its runs.
    busy : bool
        Whether a process is running it.
    hosts : mapping
        {mark of an attempt that an engine runs: host, or the state of its job}.
    """
    plan = prepared.plan
    now = state.of_runs(infos, plan.metric, prepared.names, prepared.resource)
    started = {info.sweep.trial for info in infos if info.sweep is not None}
    done = prepared.strategy.done(now.outcomes, {outcome.key for outcome in now.outcomes})
    return SweepView(
        id=sweep.id,
        name=sweep.name,
        method=plan.method,
        metric=plan.metric,
        goal=plan.goal,
        axes=tuple(axes(prepared)),
        trials=tuple(_trials(prepared, now, infos, hosts)),
        best=prepared.strategy.best(now.outcomes),
        size=prepared.strategy.size,
        state="running" if busy or _goes_on(infos) else "done" if done and started else "stopped",
        resource=prepared.resource,
        started=sweep.facts.get("created"),
        pending={_key(mark): host for mark, host in hosts.items() if _is_pending(host)},
    )


def _key(mark: str) -> str:
    return mark.partition(" ")[0]


def _is_pending(host: str) -> bool:
    """Return whether an attempt did not begin: nothing is known, or only the state of its job."""
    return not host or host.startswith("job ")


def _goes_on(infos: Sequence[RunInfo]) -> bool:
    """Return whether a trial was seen to go on on another machine."""
    return any(info.status == run_info.RUNNING and "seen" in info.more for info in infos)


def axes(prepared: PreparedSweep) -> list[Axis]:
    """Return the params that can have more than one value."""
    every = [_axis(name, distribution) for name, distribution in prepared.plan.space.items()]
    return [axis for axis in every if axis is not None]


def _axis(name: str, distribution: Distribution) -> Axis | None:
    if isinstance(distribution, Choice):
        values = distribution.values
        return Axis(name, "choice", values=values) if len(values) > 1 else None
    if isinstance(distribution, (Integers, Uniform)):
        low, high = distribution.low, distribution.high
        log = isinstance(distribution, Uniform) and distribution.log
        return Axis(name, "number", log, low, high) if high > low else None
    if isinstance(distribution, Normal):
        return Axis(name, "number", distribution.log)
    return Axis(name)


def _trials(
    prepared: PreparedSweep,
    now: state.SweepState,
    infos: Sequence[RunInfo],
    hosts: Mapping[str, str],
) -> list[TrialView]:
    """Return one view of each trial: of the run that counts, or else of its last run."""
    chosen: dict[str, RunInfo] = {}
    for info in infos:
        if info.sweep is not None:
            chosen[info.sweep.trial] = now.runs.get(info.sweep.trial, info)
    names = [*prepared.names, *((prepared.resource,) if prepared.resource else ())]
    metric = prepared.plan.metric
    return [_trial(names, metric, info, hosts) for info in chosen.values()]


def _trial(
    names: Sequence[str], metric: str | None, info: RunInfo, hosts: Mapping[str, str]
) -> TrialView:
    trial = info.sweep
    assert trial is not None
    score = state.score(info, metric)
    host = hosts.get(f"{trial.trial} {trial.attempt}") if trial.order is None else None
    is_running, seen = info.status == run_info.RUNNING, info.more.get("seen")
    return TrialView(
        key=trial.trial,
        config=trial.config,
        params={name: state.value_at(info.params, name) for name in names},
        status=state.status(info),
        score=None if is_running else score,
        order=trial.order,
        rung=trial.rung,
        bracket=trial.bracket,
        budget=trial.budget,
        seed=trial.seed,
        run=info.id,
        duration=info.duration,
        current=score if is_running else None,
        host=info.host if seen is not None else host or None,
        seen=None if seen is None else str(seen),
        gpus=trial.gpus,
        unread=tuple(info.more.get(facts.UNREAD) or ()),
    )


def current_view(
    repo: git.Repo, sweep: Sweep, prepared: PreparedSweep, runs: Sequence[RunInfo] | None = None
) -> SweepView:
    """Return the sweep as it is now; ``runs`` are its runs, if they were read before."""
    busy = workdir.is_busy(repo.common_dir, sweep.id)
    if runs is None:
        runs = state.by_sweep(repo, sweep.id, elsewhere=True).get(sweep.id, [])
    hosts = workdir.hosts_of(repo.common_dir, sweep.id) if busy else {}
    return view(sweep, prepared, runs, busy=busy, hosts=hosts)
