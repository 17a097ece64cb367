"""A search that ends as soon as a trial is good enough (``metric: {target: ...}``)."""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from gittrack.core.standard.collections import Collection, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.search.plan import Outcome, Rung, Strategy, Trial
from gittrack.search.strategies import ranking
from gittrack.search.strategies.halving import all_ended


class UntilTarget(NamedTuple):
    """A strategy that proposes nothing more after a score of ``target`` or better; running trials finish."""

    inner: Strategy
    target: float
    goal: str

    @property
    def size(self) -> int | None:
        return None

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        return () if self._is_reached(outcomes) else self.inner.ask(outcomes, started, free)

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        if self._is_reached(outcomes):
            return all_ended(outcomes, started)
        return self.inner.done(outcomes, started)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return self.inner.best(outcomes)

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        return self.inner.trial(key, outcomes)

    def table(self) -> tuple[Rung, ...]:
        return self.inner.table()

    def _is_reached(self, outcomes: Sequence[Outcome]) -> bool:
        usable = [ranking.usable(outcome) for outcome in outcomes]
        scores = [score for score in usable if score is not None]
        if self.goal == "maximize":
            return any(score >= self.target for score in scores)
        return any(score <= self.target for score in scores)
