"""ASHA: successive halving that never waits for a rung to fill.

Li et al. 2020, "A system for massively parallel hyperparameter tuning", Algorithm 2: whenever a worker is
free, promote the best trial that is in the top 1/eta of its rung and was not promoted yet, from the
highest such rung; else begin a new configuration at the bottom.
"""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack.search import keys
from gittrack.search.plan import Outcome, Resource, Rung, Trial
from gittrack.search.strategies import ranking, rungs
from gittrack.search.strategies.halving import all_ended, rung_key, trial, winner
from gittrack.search.strategies.rungs import Bracket


class Asha(NamedTuple):
    """Asynchronous halving of ``bracket.trials[0]`` configurations, in at most ``cap`` trials.

    When all are begun, none is running and none is in a top 1/eta, the best of the highest rung goes on
    all the same, until one has had the maximum: the paper's algorithm never ends, a sweep does.
    """

    propose: Callable[[int], Mapping[str, Any]]
    bracket: Bracket
    goal: str
    resource: Resource
    cap: int | None = None

    @property
    def size(self) -> int | None:
        return None

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        ranked = _ranked(self.bracket, outcomes, self.goal)
        begun = set(started)
        found: list[Trial] = []
        idle = all_ended(outcomes, started)
        for _ in range(free):
            job = self._job(ranked, begun)
            if job is None and idle and not found and not self._full(begun):
                job = self._last(ranked, begun)
            if job is None:
                break
            found.append(trial(self.propose, self.resource, self.bracket, *job))
            begun.add(found[-1].key)
        return tuple(found)

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return all_ended(outcomes, started) and not self.ask(outcomes, started, 1)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return winner(outcomes, self.goal, lambda key: self.bracket.budgets[self._place(key)[1]])

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        return trial(self.propose, self.resource, self.bracket, *self._place(key))

    def table(self) -> tuple[Rung, ...]:
        return rungs.table((self.bracket,))

    def _place(self, key: str) -> tuple[int, int]:
        found = keys.parse(key)
        rung = found.rung if found.rung is not None else -1
        inside = found.config < self.bracket.trials[0] and rung in range(len(self.bracket.budgets))
        if found != keys.Key(found.config, None, rung) or not inside:
            raise keys.no_trial(key)
        return found.config, rung

    def _full(self, begun: set[str], reserve: int = 0) -> bool:
        return self.cap is not None and len(begun) + reserve >= self.cap

    def _job(
        self, ranked: Sequence[Sequence[tuple[int, bool]]], begun: set[str]
    ) -> tuple[int, int] | None:
        """Return (configuration, rung) by get_job of the algorithm, None where there is none."""
        top = len(self.bracket.budgets) - 1
        if self._full(begun, reserve=top):  # what one survivor still needs
            return None
        for rung in range(top - 1, -1, -1):
            candidates = ranked[rung][: len(ranked[rung]) // self.resource.eta]
            job = self._promoted(candidates, rung, begun)
            if job is not None:
                return job
        new = (
            config
            for config in range(self.bracket.trials[0])
            if rung_key(self.bracket, config, 0) not in begun
        )
        config = next(new, None)
        return None if config is None else (config, 0)

    def _promoted(
        self, candidates: Sequence[tuple[int, bool]], rung: int, begun: set[str]
    ) -> tuple[int, int] | None:
        for config, counts in candidates:
            if counts and rung_key(self.bracket, config, rung + 1) not in begun:
                return config, rung + 1
        return None

    def _last(
        self, ranked: Sequence[Sequence[tuple[int, bool]]], begun: set[str]
    ) -> tuple[int, int] | None:
        highest = max((rung for rung, ended in enumerate(ranked) if ended), default=None)
        if highest is None or highest + 1 == len(ranked):
            return None
        return self._promoted(ranked[highest], highest, begun)


def _ranked(
    bracket: Bracket, outcomes: Sequence[Outcome], goal: str
) -> list[list[tuple[int, bool]]]:
    """Return (configuration, whether it has a score that counts) of what ended in each rung, best first."""
    scores: list[dict[int, float | None]] = [{} for _ in bracket.budgets]
    for one in outcomes:
        found = keys.parse(one.key)
        scores[found.rung or 0][found.config] = ranking.usable(one)
    return [
        [(config, rung[config] is not None) for config in ranking.order(rung.items(), goal)]
        for rung in scores
    ]
