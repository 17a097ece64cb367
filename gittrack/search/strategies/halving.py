"""Successive halving and Hyperband: many configurations for a little, the best of them for more.

Jamieson & Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization",
"Successive Halving"; Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter
optimization", Algorithm 1.
"""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from gittrack.search import keys
from gittrack.search.plan import Outcome, Resource, Rung, Trial
from gittrack.search.strategies import ranking, rungs
from gittrack.search.strategies.rungs import Bracket


class Halving(NamedTuple):
    """Brackets of successive halving; one for the method ``halving``, several for ``hyperband``.

    A rung begins when the one before has ended, all of it; brackets do not wait for each other.  A trial
    without a score that counts is never promoted.
    """

    propose: Callable[[int], Mapping[str, Any]]
    brackets: tuple[Bracket, ...]
    goal: str
    resource: Resource

    @property
    def size(self) -> int | None:
        return sum(sum(one.trials) for one in self.brackets)

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        ended = {one.key: one for one in outcomes}
        left = (
            trial(self.propose, self.resource, one, config, rung)
            for one in self.brackets
            for rung, members in enumerate(_members(one, ended, self.goal))
            for config in members
            if rung_key(one, config, rung) not in started
        )
        return tuple(islice(left, max(0, free)))

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return all_ended(outcomes, started) and not self.ask(outcomes, started, 1)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return winner(outcomes, self.goal, self._budget)

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        return trial(self.propose, self.resource, *self._place(key))

    def table(self) -> tuple[Rung, ...]:
        return rungs.table(self.brackets)

    def _budget(self, key: str) -> int:
        bracket, _, rung = self._place(key)
        return bracket.budgets[rung]

    def _place(self, key: str) -> tuple[Bracket, int, int]:
        config, number, rung, repeat = keys.parse(key)
        for one in self.brackets:
            inside = 0 <= config - one.first < one.trials[0] and repeat is None
            if inside and one.number == number and rung in range(len(one.budgets)):
                return one, config, rung or 0
        raise keys.no_trial(key)


def trial(
    propose: Callable[[int], Mapping[str, Any]],
    resource: Resource,
    bracket: Bracket,
    config: int,
    rung: int,
) -> Trial:
    """Return the trial of a configuration in a rung, with the resource among its params."""
    budget = bracket.budgets[rung]
    goes_on = resource.mode == "resume" and rung > 0
    return Trial(
        key=rung_key(bracket, config, rung),
        config=config,
        params={**propose(config), resource.name: budget},
        rung=rung,
        bracket=bracket.number or 0,
        budget=budget,
        after=rung_key(bracket, config, rung - 1) if goes_on else None,
    )


def winner(outcomes: Sequence[Outcome], goal: str, budget: Callable[[str], int]) -> str | None:
    """Return the key of the best trial among those of the largest budget for which a score counts."""
    scores = {one.key: ranking.usable(one) for one in outcomes}
    budgets = {key: budget(key) for key, score in scores.items() if score is not None}
    if not budgets:
        return None
    most = max(budgets.values())
    top = {keys.parse(key).config: key for key, spent in budgets.items() if spent == most}
    return top[ranking.order(((config, scores[key]) for config, key in top.items()), goal)[0]]


def all_ended(outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
    """Say whether nothing is running."""
    return {one.key for one in outcomes}.issuperset(started)


def rung_key(bracket: Bracket, config: int, rung: int) -> str:
    """Return the key of a configuration in a rung."""
    return keys.format(keys.Key(config, bracket.number, rung))


def _members(bracket: Bracket, ended: Mapping[str, Outcome], goal: str) -> Iterator[Sequence[int]]:
    """Yield the configurations of each rung, as far as it is known who they are."""
    members: Sequence[int] = range(bracket.first, bracket.first + bracket.trials[0])
    for rung in range(len(bracket.budgets)):
        yield members
        results = [ended.get(rung_key(bracket, config, rung)) for config in members]
        known = [one for one in results if one is not None]
        if len(known) < len(members) or rung + 1 == len(bracket.budgets):
            return
        scores = {config: ranking.usable(one) for config, one in zip(members, known, strict=True)}
        ranked = [
            number for number in ranking.order(scores.items(), goal) if scores[number] is not None
        ]
        members = ranked[: bracket.trials[rung + 1]]
