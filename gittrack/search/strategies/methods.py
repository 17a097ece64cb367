"""Which strategy a plan asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gittrack.search import sampling
from gittrack.search.plan import Optuna, Plan, Resource, Strategy
from gittrack.search.strategies import grid, optuna_sampler, rungs, sobol
from gittrack.search.strategies.asha import Asha
from gittrack.search.strategies.fixed_list import FixedList
from gittrack.search.strategies.halving import Halving
from gittrack.search.strategies.seeds import Repeated
from gittrack.search.strategies.target import Until

METHODS = ("grid", "random", "sobol", "halving", "hyperband", "asha", "optuna")
HALVING = ("halving", "hyperband", "asha")  # those that deal out a resource
RANKS_NOTHING = ("grid", "random", "sobol")  # those that do not learn from scores


def strategy(plan: Plan) -> Strategy:
    """Return the strategy of a checked plan.  Raises TrackError where a package that it needs is missing."""
    inner = _MAKES[plan.method](plan)
    if plan.target is not None:
        inner = Until(inner, plan.target, plan.goal)
    return Repeated(inner, plan.seeds) if plan.seeds else inner


def _grid(plan: Plan) -> Strategy:
    found = grid.of_space(plan.space)
    return FixedList(found.config, found.size, plan.goal)


def _random(plan: Plan) -> Strategy:
    return FixedList(_proposer(plan), plan.configs or 0, plan.goal)


def _sobol(plan: Plan) -> Strategy:
    count = plan.configs or 0
    return FixedList(sobol.proposer(plan.space, plan.seed, count), count, plan.goal)


def _halving(plan: Plan) -> Strategy:
    _, low, high, eta, _ = resource = _resource(plan)
    bracket = rungs.halving(plan.configs or 0, low, high, eta)
    return Halving(_proposer(plan), (bracket,), plan.goal, resource)


def _hyperband(plan: Plan) -> Strategy:
    _, low, high, eta, _ = resource = _resource(plan)
    return Halving(_proposer(plan), rungs.hyperband(low, high, eta), plan.goal, resource)


def _asha(plan: Plan) -> Strategy:
    _, low, high, eta, _ = resource = _resource(plan)
    cap = None if plan.run_cap is None else plan.run_cap // max(1, len(plan.seeds))
    bracket = rungs.asha(plan.configs or 0, low, high, eta)
    return Asha(_proposer(plan), bracket, plan.goal, resource, cap)


def _optuna(plan: Plan) -> Strategy:
    options = plan.optuna or Optuna()
    optuna_sampler.check(plan.space, options)
    return optuna_sampler.Bayes(plan.space, options, plan.seed, plan.configs or 0, plan.goal)


def _proposer(plan: Plan) -> Callable[[int], Mapping[str, Any]]:
    return lambda index: sampling.config(plan.space, plan.seed, index)


def _resource(plan: Plan) -> Resource:
    assert plan.resource is not None  # sweepfile.read has seen to it
    return plan.resource


_MAKES: dict[str, Callable[[Plan], Strategy]] = {
    "grid": _grid,
    "random": _random,
    "sobol": _sobol,
    "halving": _halving,
    "hyperband": _hyperband,
    "asha": _asha,
    "optuna": _optuna,
}
