"""Evaluate the configurations that a strategy proposes, one after the other, in this process."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack.core import metric_value
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable
from gittrack.search.plan import Outcome, Strategy

Evaluate = Callable[[dict[str, Any], int], float | None]
BUDGET = "\0budget"  # the name of the resource among the params; no param has it


class Evaluation(NamedTuple):
    """One call of ``evaluate``.

    Attributes
    ----------
    number : int
        The number of the configuration, from 0.
    config : dict
        The params.
    budget : int
        The budget of the configuration in all.
    score : float or None
        What ``evaluate`` returned.
    rung, bracket : int
        The rung and the bracket, from 0.
    """

    number: int
    config: dict[str, Any]
    budget: int
    score: float | None
    rung: int
    bracket: int


class Best(NamedTuple):
    """The result of a search: the best configuration among those with the largest budget.

    Attributes
    ----------
    config : dict
        The params.
    score : float
        The score.
    budget : int
        The budget in all.
    history : tuple of Evaluation
        Every evaluation, in order.
    """

    config: dict[str, Any]
    score: float
    budget: int
    history: tuple[Evaluation, ...]


def search(strategy: Strategy, evaluate: Evaluate) -> Best:
    """Evaluate what a strategy proposes until it proposes nothing more, and return the best configuration.

    Raises TrackError if no score is a finite number.
    """
    outcomes: list[Outcome] = []
    history: dict[str, Evaluation] = {}
    while trials := strategy.ask(outcomes, history.keys(), 1):
        trial = trials[0]
        config = {name: value for name, value in trial.params.items() if name != BUDGET}
        budget = trial.budget or 0
        result = evaluate(dict(config), budget)
        score = None if result is None else float(metric_value.number(result, "score"))
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
