"""The number of configurations that a plan tries, and the check against its ``run_cap``."""

from __future__ import annotations

from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.search.plan import Resource, SweepPlan
from gittrack.search.strategies import grid, rungs


def with_size(plan: SweepPlan) -> SweepPlan:
    """Return the plan with its number of configurations, and with remarks on it.

    Raises TrackError if the number is unknown, or if the sweep takes more runs than ``run_cap``.
    """
    if plan.method == "grid":
        return _grid(plan)
    if plan.resource is None:
        return _independent_configs(plan)
    _check_resource_is_not_searched(plan, plan.resource)
    return (
        _hyperband(plan, plan.resource)
        if plan.method == "hyperband"
        else _halving(plan, plan.resource)
    )


def _repeats(plan: SweepPlan) -> int:
    """Return how many runs each trial of the strategy takes."""
    return max(1, len(plan.seeds))


def _grid(plan: SweepPlan) -> SweepPlan:
    if plan.configs is not None:
        raise TrackError("a grid tries every combination", "leave configs out; run_cap is a limit")
    combinations = grid.of_space(plan.space)
    runs = combinations.size * _repeats(plan)
    if plan.run_cap is not None and runs > plan.run_cap:
        each = f" under {len(plan.seeds)} seeds each" if plan.seeds else ""
        raise TrackError(
            f"the grid has {combinations.size:,} combinations{each}, and run_cap is {plan.run_cap:,}",
            "raise run_cap, leave values out, or use method: random",
        )
    duplicates = [
        f"{name} has {value!r} twice; it is tried once" for name, value in combinations.dropped
    ]
    return plan._replace(configs=combinations.size, remarks=(*plan.remarks, *duplicates))


def _independent_configs(plan: SweepPlan) -> SweepPlan:
    if plan.run_cap is None and plan.configs is None:
        raise TrackError(
            f"the number of trials is missing, and method {plan.method} would never end",
            "give the number: -n 50, or write run_cap: 50",
        )
    configs = plan.configs or max(1, (plan.run_cap or 1) // _repeats(plan))
    runs = configs * _repeats(plan)
    if plan.run_cap is not None and runs > plan.run_cap:
        raise TrackError(
            f"the sweep takes {runs:,} runs, and run_cap is {plan.run_cap:,}",
            f"raise run_cap to {runs}",
        )
    return plan._replace(configs=configs)


def _hyperband(plan: SweepPlan, resource: Resource) -> SweepPlan:
    if plan.configs is not None:
        raise TrackError(
            "hyperband takes the number of configurations from the resource", "leave configs out"
        )
    brackets = rungs.hyperband(resource.min, resource.max, resource.eta)
    runs = sum(sum(bracket.trials) for bracket in brackets) * _repeats(plan)
    _check_cap(plan, runs, f"raise run_cap to {runs}, or the min of the resource")
    sizes = [bracket.trials[0] for bracket in brackets]
    remark = (
        f"hyperband begins with {', '.join(map(str, sizes))} configurations, by the formula of "
        "Algorithm 1 in its paper; Table 1 there does not follow it"
    )
    return plan._replace(configs=sum(sizes), remarks=(*plan.remarks, remark))


def _halving(plan: SweepPlan, resource: Resource) -> SweepPlan:
    _, low, high, eta, _ = resource
    configs = _configs(plan, resource)
    runs = sum(rungs.halving(configs, low, high, eta).trials) * _repeats(plan)
    _check_cap(plan, runs, f"raise run_cap to {runs}, or try fewer configs")
    remarks = _asha_limit(plan, configs, resource) if plan.method == "asha" else ()
    return plan._replace(configs=configs, remarks=(*plan.remarks, *remarks))


def _check_cap(plan: SweepPlan, runs: int, hint: str) -> None:
    if plan.run_cap is not None and runs > plan.run_cap:
        raise TrackError(
            f"method {plan.method} takes up to {runs:,} runs, and run_cap is {plan.run_cap:,}", hint
        )


def _asha_limit(plan: SweepPlan, configs: int, resource: Resource) -> tuple[str]:
    """Return a remark on how many trials ASHA can take."""
    ladder = rungs.ladder(resource.min, resource.max, resource.eta)
    most = configs * len(ladder) * _repeats(plan)
    if plan.run_cap is not None:
        most = min(most, plan.run_cap)
    return (
        "asha promotes trials before a rung is full, so their number is known only at the end: "
        f"at most {most:,}",
    )


def _configs(plan: SweepPlan, resource: Resource) -> int:
    """Return the number of configurations for halving.

    It is the number in the file; else the largest that ``run_cap`` allows; else the number of which
    exactly one reaches the last rung.
    """
    _, low, high, eta, _ = resource
    if plan.configs is not None:
        return plan.configs
    if plan.run_cap is not None:
        return max(1, rungs.most_configs(plan.run_cap // _repeats(plan), low, high, eta))
    return int(eta ** rungs.power(low, high, eta))


def _check_resource_is_not_searched(plan: SweepPlan, resource: Resource) -> None:
    """Raise TrackError if the resource is a searched param, a group of one, or in the group of one."""
    path = commit_message.parts(resource.name)
    for name in plan.space:
        parts = commit_message.parts(name)
        if parts[: len(path)] == path or path[: len(parts)] == parts:
            raise TrackError(
                f"{name} is searched, and {resource.name} is the resource",
                "leave it out of parameters: halving sets it",
            )
