"""The methods that a sweep file can name, and the strategy of each."""

from __future__ import annotations

from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search import sampling
from gittrack.search.plan import Resource, SamplerOptions, Strategy, SweepPlan
from gittrack.search.strategies import grid, optuna_sampler, rungs, sobol
from gittrack.search.strategies.asha import Asha
from gittrack.search.strategies.fixed_list import FixedList
from gittrack.search.strategies.halving import Halving
from gittrack.search.strategies.seeds import RepeatedSeeds
from gittrack.search.strategies.target import UntilTarget


def strategy(plan: SweepPlan) -> Strategy:
    """Return the strategy of a checked plan.

    Raises TrackError if a package that the method needs is not installed.
    """
    inner = _METHODS[plan.method].make(plan)
    if plan.target is not None:
        inner = UntilTarget(inner, plan.target, plan.goal)
    return RepeatedSeeds(inner, plan.seeds) if plan.seeds else inner


def _grid(plan: SweepPlan) -> Strategy:
    combinations = grid.of_space(plan.space)
    return FixedList(combinations.config, combinations.size, plan.goal)


def _random(plan: SweepPlan) -> Strategy:
    return FixedList(_proposer(plan), plan.configs or 0, plan.goal)


def _sobol(plan: SweepPlan) -> Strategy:
    count = plan.configs or 0
    return FixedList(sobol.proposer(plan.space, plan.seed, count), count, plan.goal)


def _halving(plan: SweepPlan) -> Strategy:
    _, low, high, eta, _ = resource = _resource(plan)
    bracket = rungs.halving(plan.configs or 0, low, high, eta)
    return Halving(_proposer(plan), (bracket,), plan.goal, resource)


def _hyperband(plan: SweepPlan) -> Strategy:
    _, low, high, eta, _ = resource = _resource(plan)
    return Halving(_proposer(plan), rungs.hyperband(low, high, eta), plan.goal, resource)


def _asha(plan: SweepPlan) -> Strategy:
    _, low, high, eta, _ = resource = _resource(plan)
    cap = None if plan.run_cap is None else plan.run_cap // max(1, len(plan.seeds))
    bracket = rungs.asha(plan.configs or 0, low, high, eta)
    return Asha(_proposer(plan), bracket, plan.goal, resource, cap)


def _optuna(plan: SweepPlan) -> Strategy:
    options = plan.optuna or SamplerOptions()
    optuna_sampler.check(plan.space, options)
    return optuna_sampler.OptunaSearch(plan.space, options, plan.seed, plan.configs or 0, plan.goal)


def _proposer(plan: SweepPlan) -> Callable[[int], Mapping[str, Any]]:
    return lambda index: sampling.config(plan.space, plan.seed, index)


def _resource(plan: SweepPlan) -> Resource:
    assert plan.resource is not None  # sweep_file.read makes sure of it
    return plan.resource


class _Method(NamedTuple):
    """A method: the function that makes its strategy, and what it needs besides parameters.

    A method that ``learns`` needs scores to propose trials.  One with a ``resource`` gives trials budgets.
    """

    make: Callable[[SweepPlan], Strategy]
    learns: bool = True
    resource: bool = False


_METHODS: Mapping[str, _Method] = {
    "grid": _Method(_grid, learns=False),
    "random": _Method(_random, learns=False),
    "sobol": _Method(_sobol, learns=False),
    "halving": _Method(_halving, resource=True),
    "hyperband": _Method(_hyperband, resource=True),
    "asha": _Method(_asha, resource=True),
    "optuna": _Method(_optuna),
}
METHODS = tuple(_METHODS)
WITH_RESOURCE = frozenset(name for name, method in _METHODS.items() if method.resource)
LEARNING = frozenset(name for name, method in _METHODS.items() if method.learns)
