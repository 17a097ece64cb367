"""Searches from Python: over a function of your own, without a sweep file, runs or git.

::

    best = successive_halving(
        {"lr": log_uniform(1e-5, 1e-1)},
        n_configs=27, min_budget=1, max_budget=81, evaluate=train, goal="maximize",
    )
    print(best.config, best.score, best.budget)

``evaluate(config, budget)`` returns the score of a configuration after ``budget`` in all; one that raises
ends the search.  A score may be nan, infinite or None; such a configuration is never promoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from gittrack.core import values
from gittrack.core.errors import TrackError
from gittrack.search import sampling, space
from gittrack.search.plan import Outcome, Resource, Strategy
from gittrack.search.strategies import grid, rungs
from gittrack.search.strategies.asha import Asha
from gittrack.search.strategies.halving import Halving

Evaluate = Callable[[dict[str, Any], int], float | None]
_BUDGET = "\0budget"  # no param is called that


class Evaluation(NamedTuple):
    """One call of ``evaluate``; ``number`` is that of the configuration, from 0."""

    number: int
    config: dict[str, Any]
    budget: int
    score: float | None
    rung: int
    bracket: int


class Best(NamedTuple):
    """What a search found: the best configuration among those that had the largest budget.

    ``history`` is every evaluation in the order in which it was made.
    """

    config: dict[str, Any]
    score: float
    budget: int
    history: tuple[Evaluation, ...]


def grid_search(params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every combination of ``{name: values}``; the last param changes fastest.

    Values that stand there twice are taken once.  Raises TrackError at once for values without end.
    """
    found = grid.of_space(space.from_mapping(params))
    return (found.config(index) for index in range(found.size))


def random_search(
    params: Mapping[str, Any], n_trials: int, seed: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield ``n_trials`` configurations, each a function of the seed and its number alone.

    After Bergstra & Bengio 2012, "Random search for hyper-parameter optimization".  Raises TrackError.
    """
    _count(n_trials, "n_trials")
    found = space.from_mapping(params)
    _whole(seed, "the seed")
    return (sampling.config(found, seed, index) for index in range(n_trials))


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
    """Give many configurations a little and the best 1/eta of each rung eta times more, up to ``max_budget``.

    Jamieson & Talwalkar 2016, "Successive Halving", with whole numbers:
    see `gittrack.search.strategies.rungs.halving`.
    Raises TrackError for budgets that have no rungs, and where no score counts.
    """
    _count(n_configs, "n_configs")
    bracket = rungs.halving(n_configs, min_budget, max_budget, eta)
    resource = Resource(_BUDGET, min_budget, max_budget, eta)
    return _run(Halving(_proposer(params, seed), (bracket,), _goal(goal), resource), evaluate)


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
    """Run successive halving with every trade-off between many configurations and much budget for each.

    Li et al. 2018, Algorithm 1: see `gittrack.search.strategies.rungs.hyperband`.  Raises TrackError.
    """
    brackets = rungs.hyperband(min_budget, max_budget, eta)
    resource = Resource(_BUDGET, min_budget, max_budget, eta)
    return _run(Halving(_proposer(params, seed), brackets, _goal(goal), resource), evaluate)


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
    """Promote a configuration as soon as it is in the best 1/eta of its rung so far.

    Li et al. 2020, Algorithm 2, with one worker: see `gittrack.search.strategies.asha`.  Raises TrackError.
    """
    _count(n_configs, "n_configs")
    bracket = rungs.asha(n_configs, min_budget, max_budget, eta)
    resource = Resource(_BUDGET, min_budget, max_budget, eta)
    return _run(Asha(_proposer(params, seed), bracket, _goal(goal), resource), evaluate)


def _proposer(params: Mapping[str, Any], seed: int) -> Callable[[int], Mapping[str, Any]]:
    _whole(seed, "the seed")
    return partial(sampling.config, space.from_mapping(params), seed)


def _run(strategy: Strategy, evaluate: Evaluate) -> Best:
    outcomes: list[Outcome] = []
    history: dict[str, Evaluation] = {}
    while trials := strategy.ask(outcomes, history.keys(), 1):
        trial = trials[0]
        config = {name: value for name, value in trial.params.items() if name != _BUDGET}
        budget = trial.budget or 0
        given = evaluate(dict(config), budget)
        score = None if given is None else float(values.number(given, "score"))
        outcomes.append(Outcome(trial.key, score, len(outcomes), "finished"))
        history[trial.key] = Evaluation(
            trial.config, config, budget, score, trial.rung, trial.bracket
        )
    key = strategy.best(outcomes)
    if key is None:
        raise TrackError(
            f"none of {len(history)} evaluations gave a finite score",
            "let evaluate return a number for at least one configuration",
        )
    best = history[key]
    assert best.score is not None  # the best has one that counts
    return Best(best.config, best.score, best.budget, tuple(history.values()))


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
