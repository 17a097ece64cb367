"""Which strategy a plan asks for."""

from __future__ import annotations

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.search import grid, sampling
from gittrack.search.flat import Flat
from gittrack.search.plan import Plan, Strategy

METHODS = ("grid", "random", "sobol", "halving", "hyperband", "asha", "optuna")


def strategy(plan: Plan) -> Strategy:
    """Return the strategy of a plan.  Raises TrackError for what the method cannot do."""
    if plan.method == "grid":
        found = grid.of(plan.space)
        return Flat(found.config, found.size, plan.goal)
    if plan.method == "random":
        assert plan.configs is not None
        return Flat(lambda i: sampling.config(plan.space, plan.seed, i), plan.configs, plan.goal)
    raise TrackError(f"unknown method {plan.method!r}", did_you_mean(plan.method, METHODS))
