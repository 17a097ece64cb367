"""Begin nothing more once a trial is as good as asked for (``metric: {target: ...}``)."""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from gittrack.search.plan import Outcome, Rung, Strategy, Trial
from gittrack.search.strategies import ranking


class Until(NamedTuple):
    """A strategy that ends early: what is running is waited for, nothing is begun after that."""

    inner: Strategy
    target: float
    goal: str

    @property
    def size(self) -> int | None:
        return None

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        return () if self._reached(outcomes) else self.inner.ask(outcomes, started, free)

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        if self._reached(outcomes):
            return {one.key for one in outcomes}.issuperset(started)
        return self.inner.done(outcomes, started)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return self.inner.best(outcomes)

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        return self.inner.trial(key, outcomes)

    def table(self) -> tuple[Rung, ...]:
        return self.inner.table()

    def _reached(self, outcomes: Sequence[Outcome]) -> bool:
        scores = [score for one in outcomes if (score := ranking.usable(one)) is not None]
        if self.goal == "maximize":
            return any(score >= self.target for score in scores)
        return any(score <= self.target for score in scores)
