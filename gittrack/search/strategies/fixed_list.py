"""The strategy of grid, random and sobol: a list of configurations, each tried once."""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from itertools import islice

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Collection, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search import keys
from gittrack.search.plan import Outcome, Rung, StartedKeys, Trial
from gittrack.search.strategies import ranking


class FixedList(NamedTuple):
    """Configurations 0 to ``size`` - 1, each tried once; ``propose`` returns the params of a number."""

    propose: Callable[[int], Mapping[str, Any]]
    size: int
    goal: str

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        first = started.first_free if isinstance(started, StartedKeys) else 0
        numbers = (number for number in range(first, self.size) if str(number) not in started)
        return tuple(self._trial(number) for number in islice(numbers, max(0, free)))

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return len({outcome.key for outcome in outcomes}) >= self.size

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return ranking.best(outcomes, self.goal)

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        number = keys.parse(key).config
        if keys.parse(key) != keys.Key(number) or number >= self.size:
            raise TrackError(
                f"{key!r} is not a trial of this sweep", f"it has the trials 0 to {self.size - 1}"
            )
        return self._trial(number)

    def table(self) -> tuple[Rung, ...]:
        return (Rung(0, 0, self.size, None, None, None),)

    def _trial(self, number: int) -> Trial:
        return Trial(str(number), number, self.propose(number))
