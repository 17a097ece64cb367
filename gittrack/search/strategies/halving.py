"""Successive halving and Hyperband: many configurations with little of the resource, the best with more.

Jamieson & Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization",
"Successive Halving"; Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter
optimization", Algorithm 1.
"""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from itertools import islice

from gittrack.core.standard.collections import Callable, Collection, Iterator, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search import keys
from gittrack.search.plan import Outcome, Resource, Rung, Trial
from gittrack.search.strategies import ranking, rungs
from gittrack.search.strategies.rungs import Bracket


class Halving(NamedTuple):
    """Brackets of successive halving: one for the method ``halving``, several for ``hyperband``.

    A rung begins when all trials of the previous rung have ended.  Brackets do not wait for each other.  A
    trial whose score does not count is never promoted.
    """

    propose: Callable[[int], Mapping[str, Any]]
    brackets: tuple[Bracket, ...]
    goal: str
    resource: Resource

    @property
    def size(self) -> int | None:
        return sum(sum(bracket.trials) for bracket in self.brackets)

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        ended = {outcome.key: outcome for outcome in outcomes}
        trials = (
            trial(self.propose, self.resource, bracket, config, rung)
            for bracket in self.brackets
            for rung, members in enumerate(_members(bracket, ended, self.goal))
            for config in members
            if rung_key(bracket, config, rung) not in started
        )
        return tuple(islice(trials, max(0, free)))

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return all_ended(outcomes, started) and not self.ask(outcomes, started, 1)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return winner(outcomes, self.goal, self._budget)

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        return trial(self.propose, self.resource, *self._position(key))

    def table(self) -> tuple[Rung, ...]:
        return rungs.table(self.brackets)

    def _budget(self, key: str) -> int:
        bracket, _, rung = self._position(key)
        return bracket.budgets[rung]

    def _position(self, key: str) -> tuple[Bracket, int, int]:
        """Return (bracket, configuration, rung).  Raises TrackError if this search has no such trial."""
        config, number, rung, repeat = keys.parse(key)
        for bracket in self.brackets:
            exists = 0 <= config - bracket.first < bracket.trials[0] and repeat is None
            if exists and bracket.number == number and rung in range(len(bracket.budgets)):
                return bracket, config, rung or 0
        raise keys.unknown_trial(key)


def trial(
    propose: Callable[[int], Mapping[str, Any]],
    resource: Resource,
    bracket: Bracket,
    config: int,
    rung: int,
) -> Trial:
    """Return the trial of a configuration in a rung; its params include the resource."""
    budget = bracket.budgets[rung]
    continues = resource.mode == "resume" and rung > 0
    return Trial(
        key=rung_key(bracket, config, rung),
        config=config,
        params={**propose(config), resource.name: budget},
        rung=rung,
        bracket=bracket.number or 0,
        budget=budget,
        after=rung_key(bracket, config, rung - 1) if continues else None,
    )


def winner(outcomes: Sequence[Outcome], goal: str, budget: Callable[[str], int]) -> str | None:
    """Return the key of the best trial among those with the largest budget and a score that counts."""
    scores = {outcome.key: ranking.usable(outcome) for outcome in outcomes}
    budgets = {key: budget(key) for key, score in scores.items() if score is not None}
    if not budgets:
        return None
    most = max(budgets.values())
    finalists = {keys.parse(key).config: key for key, spent in budgets.items() if spent == most}
    ranked = ranking.order(((config, scores[key]) for config, key in finalists.items()), goal)
    return finalists[ranked[0]]


def all_ended(outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
    """Return whether every started trial has ended."""
    return {outcome.key for outcome in outcomes}.issuperset(started)


def rung_key(bracket: Bracket, config: int, rung: int) -> str:
    """Return the key of a configuration in a rung."""
    return keys.format(keys.Key(config, bracket.number, rung))


def _members(bracket: Bracket, ended: Mapping[str, Outcome], goal: str) -> Iterator[Sequence[int]]:
    """Yield the configurations of each rung, from the lowest to the first that is not complete."""
    members: Sequence[int] = range(bracket.first, bracket.first + bracket.trials[0])
    for rung in range(len(bracket.budgets)):
        yield members
        by_config = {config: ended.get(rung_key(bracket, config, rung)) for config in members}
        outcomes = {config: outcome for config, outcome in by_config.items() if outcome is not None}
        if len(outcomes) < len(members) or rung + 1 == len(bracket.budgets):
            return
        scores = {config: ranking.usable(outcome) for config, outcome in outcomes.items()}
        ranked = [
            config for config in ranking.order(scores.items(), goal) if scores[config] is not None
        ]
        members = ranked[: bracket.trials[rung + 1]]
