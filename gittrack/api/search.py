"""Searches in Python, of a function of yours: without a sweep file, runs or git.

::

    best = successive_halving(
        {"lr": log_uniform(1e-5, 1e-1)},
        n_configs=27, min_budget=1, max_budget=81, evaluate=train, goal="maximize",
    )
    print(best.config, best.score, best.budget)

``evaluate(config, budget)`` returns the score of a configuration after ``budget`` in all.  An exception that
it raises ends the search.  A score may be nan, infinite or None; such a configuration is never promoted.
"""

from __future__ import annotations

from typing import Any

from gittrack.api import evaluation
from gittrack.api.evaluation import Best, Evaluate
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Iterator, Mapping
from gittrack.core.standard.functools import partial
from gittrack.search import sampling, space
from gittrack.search.plan import Resource
from gittrack.search.strategies import grid, rungs
from gittrack.search.strategies.asha import Asha
from gittrack.search.strategies.halving import Halving


def grid_search(params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every combination of the values of some params.

    Parameters
    ----------
    params : mapping of str to sequence, distribution or value
        For each param a list of values, one value, or a distribution whose values can be counted.  A value
        that is listed twice is used once.

    Yields
    ------
    dict
        A configuration; the last param changes fastest.

    Raises
    ------
    TrackError
        At the call, if the values of a param cannot be counted, or are more than a million.
    """
    configs = grid.of_space(space.from_mapping(params))
    return (configs.config(index) for index in range(configs.size))


def random_search(
    params: Mapping[str, Any], n_trials: int, seed: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield random configurations.

    Parameters
    ----------
    params : mapping of str to distribution, sequence or value
        For each param a distribution of `gittrack.sweep`, a list of values, or one value.
    n_trials : int
        The number of configurations, 1 or more.
    seed : int, default 0
        The seed.  A configuration depends on the seed and on its number alone.

    Yields
    ------
    dict
        A configuration.

    Raises
    ------
    TrackError
        At the call, if an argument is wrong.

    Notes
    -----
    Bergstra & Bengio 2012, "Random search for hyper-parameter optimization".
    """
    _count(n_trials, "n_trials")
    distributions = space.from_mapping(params)
    _whole(seed, "the seed")
    return (sampling.config(distributions, seed, index) for index in range(n_trials))


def successive_halving(
    params: Mapping[str, Any],
    n_configs: int,
    min_budget: int,
    max_budget: int,
    eta: int = 3,
    *,
    evaluate: Evaluate,
    goal: str,
    seed: int = 0,
) -> Best:
    """Search with successive halving: the best configurations of each rung get a larger budget.

    Parameters
    ----------
    params : mapping of str to distribution, sequence or value
        For each param a distribution of `gittrack.sweep`, a list of values, or one value.
    n_configs : int
        The number of configurations in the first rung.
    min_budget, max_budget : int
        The budget of a configuration in the first and in the last rung, in a unit of yours such as epochs.
    eta : int, default 3
        About one of ``eta`` configurations is promoted, to ``eta`` times the budget; 2 or more.
    evaluate : callable
        A function ``evaluate(config, budget)`` that returns the score of a configuration.  ``budget`` is the
        total; train on from the earlier state if you keep it.
    goal : {'minimize', 'maximize'}
        Which scores are better.
    seed : int, default 0
        The seed.  A configuration depends on the seed and on its number alone.

    Returns
    -------
    Best
        ``.config``, ``.score``, ``.budget`` and ``.history``.

    Raises
    ------
    TrackError
        If an argument is wrong, or no score is a finite number.

    Notes
    -----
    Jamieson & Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization", with
    whole numbers: see `gittrack.search.strategies.rungs.halving`.
    """
    _count(n_configs, "n_configs")
    bracket = rungs.halving(n_configs, min_budget, max_budget, eta)
    resource = Resource(evaluation.BUDGET, min_budget, max_budget, eta)
    return evaluation.search(
        Halving(_proposer(params, seed), (bracket,), _goal(goal), resource), evaluate
    )


def hyperband(
    params: Mapping[str, Any],
    max_budget: int,
    eta: int = 3,
    *,
    evaluate: Evaluate,
    goal: str,
    min_budget: int = 1,
    seed: int = 0,
) -> Best:
    """Search with Hyperband: successive halving, from many small budgets to few large ones.

    Parameters
    ----------
    params : mapping of str to distribution, sequence or value
        For each param a distribution of `gittrack.sweep`, a list of values, or one value.
    max_budget : int
        The budget of a configuration in the last rung, in a unit of yours such as epochs.
    eta : int, default 3
        About one of ``eta`` configurations is promoted, to ``eta`` times the budget; 2 or more.
    evaluate : callable
        A function ``evaluate(config, budget)`` that returns the score of a configuration.  ``budget`` is the
        total; train on from the earlier state if you keep it.
    goal : {'minimize', 'maximize'}
        Which scores are better.
    min_budget : int, default 1
        The smallest budget.
    seed : int, default 0
        The seed.  A configuration depends on the seed and on its number alone.

    Returns
    -------
    Best
        ``.config``, ``.score``, ``.budget`` and ``.history``.

    Raises
    ------
    TrackError
        If an argument is wrong, or no score is a finite number.

    Notes
    -----
    Li et al. 2018, "Hyperband", Algorithm 1: see `gittrack.search.strategies.rungs.hyperband`.
    """
    brackets = rungs.hyperband(min_budget, max_budget, eta)
    resource = Resource(evaluation.BUDGET, min_budget, max_budget, eta)
    return evaluation.search(
        Halving(_proposer(params, seed), brackets, _goal(goal), resource), evaluate
    )


def asha(
    params: Mapping[str, Any],
    n_configs: int,
    min_budget: int,
    max_budget: int,
    eta: int = 3,
    *,
    evaluate: Evaluate,
    goal: str,
    seed: int = 0,
) -> Best:
    """Search with ASHA: a configuration is promoted as soon as it is in the best 1/eta of its rung so far.

    Parameters
    ----------
    params : mapping of str to distribution, sequence or value
        For each param a distribution of `gittrack.sweep`, a list of values, or one value.
    n_configs : int
        The number of configurations.
    min_budget, max_budget : int
        The budget of a configuration in the first and in the last rung, in a unit of yours such as epochs.
    eta : int, default 3
        About one of ``eta`` configurations is promoted, to ``eta`` times the budget; 2 or more.
    evaluate : callable
        A function ``evaluate(config, budget)`` that returns the score of a configuration.  ``budget`` is the
        total; train on from the earlier state if you keep it.
    goal : {'minimize', 'maximize'}
        Which scores are better.
    seed : int, default 0
        The seed.  A configuration depends on the seed and on its number alone.

    Returns
    -------
    Best
        ``.config``, ``.score``, ``.budget`` and ``.history``.

    Raises
    ------
    TrackError
        If an argument is wrong, or no score is a finite number.

    Notes
    -----
    Li et al. 2020, "A system for massively parallel hyperparameter tuning", Algorithm 2, with one worker: see
    `gittrack.search.strategies.asha`.
    """
    _count(n_configs, "n_configs")
    bracket = rungs.asha(n_configs, min_budget, max_budget, eta)
    resource = Resource(evaluation.BUDGET, min_budget, max_budget, eta)
    return evaluation.search(
        Asha(_proposer(params, seed), bracket, _goal(goal), resource), evaluate
    )


def _proposer(params: Mapping[str, Any], seed: int) -> Callable[[int], Mapping[str, Any]]:
    _whole(seed, "the seed")
    return partial(sampling.config, space.from_mapping(params), seed)


def _count(value: Any, name: str) -> None:
    if type(value) is not int or value < 1:
        raise TrackError(f"{name} is {value!r}", "give a whole number, 1 or more")


def _whole(value: Any, name: str) -> None:
    if type(value) is not int:
        raise TrackError(f"{name} is {value!r}", "give a whole number")


def _goal(goal: Any) -> str:
    if goal not in ("minimize", "maximize"):
        raise TrackError(f"the goal is {goal!r}", "give 'minimize' or 'maximize'")
    return str(goal)
