"""The strategy that each method of a sweep file names."""

import pytest

from gittrack.search.distributions import Choice
from gittrack.search.plan import Resource, SweepPlan
from gittrack.search.strategies import methods
from gittrack.search.strategies.asha import Asha
from gittrack.search.strategies.fixed_list import FixedList
from gittrack.search.strategies.halving import Halving
from gittrack.search.strategies.seeds import RepeatedSeeds
from gittrack.search.strategies.target import UntilTarget

CASES = {
    "grid": FixedList,
    "random": FixedList,
    "halving": Halving,
    "hyperband": Halving,
    "asha": Asha,
}


def plan(method, **fields):
    resource = Resource("epochs", 1, 9) if method in methods.WITH_RESOURCE else None
    space = {"x": Choice((1, 2, 3))}
    fields = {"configs": 3, "resource": resource, **fields}
    return SweepPlan(None, ("true",), method, "loss", "maximize", space, **fields)


@pytest.mark.parametrize(("method", "kind"), CASES.items())
def test_each_method_has_its_strategy(method, kind):
    strategy = methods.strategy(plan(method))
    assert type(strategy) is kind
    assert strategy.goal == "maximize"
    assert strategy.ask((), (), 1)[0].params["x"] in (1, 2, 3)


def test_seeds_repeat_a_search_that_ends_at_a_target():
    strategy = methods.strategy(plan("random", target=1.0, seeds=(0, 1)))
    assert type(strategy) is RepeatedSeeds
    assert type(strategy.inner) is UntilTarget
    assert type(strategy.inner.inner) is FixedList


@pytest.mark.parametrize(
    ("cap", "seeds", "expected"), [(None, (), None), (9, (), 9), (9, (0, 1), 4)]
)
def test_the_cap_of_asha_counts_every_seed(cap, seeds, expected):
    strategy = methods.strategy(plan("asha", run_cap=cap, seeds=seeds))
    assert (strategy.inner if seeds else strategy).cap == expected


def test_the_seed_of_the_search_decides_what_random_draws():
    def draws(seed):
        strategy = methods.strategy(plan("random", configs=30, seed=seed))
        return [trial.params["x"] for trial in strategy.ask((), (), 30)]

    assert draws(1) == draws(1)
    assert draws(1) != draws(2)


def test_every_method_is_listed_once():
    assert methods.WITH_RESOURCE | {"optuna"} == methods.LEARNING
    assert set(methods.METHODS) - methods.LEARNING == {"grid", "random", "sobol"}
