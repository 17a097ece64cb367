"""How many configurations a plan tries, and whether that is within what it allows."""

from __future__ import annotations

from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.search.plan import Plan, Resource
from gittrack.search.strategies import grid, rungs


def sized(plan: Plan) -> Plan:
    """Return the plan with its number of configurations.  Raises TrackError for more than run_cap."""
    if plan.method == "grid":
        return _grid(plan)
    if plan.resource is not None:
        _apart(plan, plan.resource)
        return _halving(plan, plan.resource)
    return _endless(plan)


def _repeats(plan: Plan) -> int:
    return max(1, len(plan.seeds))


def _grid(plan: Plan) -> Plan:
    if plan.configs is not None:
        raise TrackError("a grid tries every combination", "leave configs out; run_cap is a limit")
    found = grid.of_space(plan.space)
    runs = found.size * _repeats(plan)
    if plan.run_cap is not None and runs > plan.run_cap:
        each = f" under {len(plan.seeds)} seeds each" if plan.seeds else ""
        raise TrackError(
            f"the grid has {found.size:,} combinations{each}, and run_cap is {plan.run_cap:,}",
            "raise run_cap, leave values out, or use method: random",
        )
    twice = (f"{name} has {value!r} twice; it is tried once" for name, value in found.dropped)
    return plan._replace(configs=found.size, remarks=(*plan.remarks, *twice))


def _endless(plan: Plan) -> Plan:
    if plan.run_cap is None and plan.configs is None:
        raise TrackError(
            f"how many trials? Method {plan.method} goes on until it is stopped without a run_cap",
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


def _halving(plan: Plan, resource: Resource) -> Plan:
    _, low, high, eta, _ = resource
    repeats = _repeats(plan)
    if plan.method == "hyperband":
        if plan.configs is not None:
            raise TrackError(
                "hyperband takes the number of configurations from the resource",
                "leave configs out",
            )
        brackets = rungs.hyperband(low, high, eta)
        begins = ", ".join(str(one.trials[0]) for one in brackets)
        plan = plan._replace(
            remarks=(
                *plan.remarks,
                f"hyperband begins with {begins} configurations, by the formula of Algorithm 1 in its paper; "
                "Table 1 there does not follow it",
            )
        )
        configs = sum(one.trials[0] for one in brackets)
        runs = sum(sum(one.trials) for one in brackets) * repeats
        smaller = f"raise run_cap to {runs}, or the min of the resource"
    else:
        configs = _configs(plan, resource)
        if plan.method == "asha":
            plan = _with_bound(plan, configs, len(rungs.ladder(low, high, eta)))
        runs = sum(rungs.halving(configs, low, high, eta).trials) * repeats
        smaller = f"raise run_cap to {runs}, or try fewer configs"
    if plan.run_cap is not None and runs > plan.run_cap:
        raise TrackError(
            f"method {plan.method} takes up to {runs:,} runs, and run_cap is {plan.run_cap:,}",
            smaller,
        )
    return plan._replace(configs=configs)


def _with_bound(plan: Plan, configs: int, rungs_each: int) -> Plan:
    """Return a plan of ASHA with a remark on how many trials it can take."""
    most = configs * rungs_each * _repeats(plan)
    if plan.run_cap is not None:
        most = min(most, plan.run_cap)
    remark = (
        "asha promotes trials before a rung is full, so their number is known only at the end: "
        f"at most {most:,}"
    )
    return plan._replace(remarks=(*plan.remarks, remark))


def _configs(plan: Plan, resource: Resource) -> int:
    """Return what the file says; else as many as run_cap has room for; else so many that one is left over."""
    _, low, high, eta, _ = resource
    if plan.configs is not None:
        return plan.configs
    if plan.run_cap is not None:
        return max(1, rungs.most_configs(plan.run_cap // _repeats(plan), low, high, eta))
    return int(eta ** rungs.power(low, high, eta))


def _apart(plan: Plan, resource: Resource) -> None:
    """Raise TrackError where the resource is one of the params that are searched, or a group of them."""
    own = commit_message.parts(resource.name)
    for name in plan.space:
        parts = commit_message.parts(name)
        if parts[: len(own)] == own or own[: len(parts)] == parts:
            raise TrackError(
                f"{name} is searched, and {resource.name} is the resource",
                "leave it out of parameters: halving sets it",
            )
