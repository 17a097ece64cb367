"""Every configuration under several seeds: for the inner strategy, one trial with their mean score."""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

import math

from gittrack.core.standard.collections import Collection, Iterable, Sequence
from gittrack.core.standard.functools import lru_cache
from gittrack.core.standard.typing import NamedTuple
from gittrack.search import keys
from gittrack.search.plan import Outcome, Rung, Strategy, Trial
from gittrack.search.strategies import ranking
from gittrack.search.strategies.halving import all_ended


class RepeatedSeeds(NamedTuple):
    """A strategy that runs each trial of ``inner`` once under every seed.

    ``inner`` gets an outcome when all seeds of a trial have ended.  Its score is their mean, and counts if
    the scores of all seeds count.
    """

    inner: Strategy
    seeds: tuple[int, ...]

    @property
    def size(self) -> int | None:
        return None if self.inner.size is None else self.inner.size * len(self.seeds)

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        by_inner_key: dict[str, set[str]] = {}
        for key in started:
            by_inner_key.setdefault(_inner_key(key), set()).add(key)
        inner_outcomes = self._inner_outcomes(outcomes)
        incomplete = [
            key for key, repeats in by_inner_key.items() if len(repeats) < len(self.seeds)
        ]
        trials = [
            repeat
            for key in sorted(incomplete, key=_sort_key)
            for repeat in self._repeats(self.inner.trial(key, inner_outcomes))
            if repeat.key not in by_inner_key[key]
        ]
        count = math.ceil((free - len(trials)) / len(self.seeds))
        if count > 0:
            new = self.inner.ask(inner_outcomes, by_inner_key.keys(), count)
            trials += [repeat for trial in new for repeat in self._repeats(trial)]
        return tuple(trials[: max(0, free)])

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return all_ended(outcomes, started) and not self.ask(outcomes, started, 1)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        key = self.inner.best(self._inner_outcomes(outcomes))
        return None if key is None else f"{key}.s0"

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        repeat = keys.parse(key).repeat
        if repeat is None or repeat >= len(self.seeds):
            raise keys.unknown_trial(key)
        inner = self.inner.trial(_inner_key(key), self._inner_outcomes(outcomes))
        return tuple(self._repeats(inner))[repeat]

    def table(self) -> tuple[Rung, ...]:
        return tuple(_multiply(rung, len(self.seeds)) for rung in self.inner.table())

    def _repeats(self, trial: Trial) -> Iterable[Trial]:
        """Yield a trial of the inner strategy once for each seed."""
        for repeat, seed in enumerate(self.seeds):
            after = None if trial.after is None else f"{trial.after}.s{repeat}"
            yield trial._replace(key=f"{trial.key}.s{repeat}", seed=seed, after=after)

    def _inner_outcomes(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return one outcome for each trial whose seeds have all ended."""
        groups: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            groups.setdefault(_inner_key(outcome.key), []).append(outcome)
        return [_mean(key, group) for key, group in groups.items() if len(group) == len(self.seeds)]


@lru_cache(maxsize=1 << 17)
def _inner_key(key: str) -> str:
    """Return the key of the trial in the inner strategy."""
    return keys.format(keys.parse(key)._replace(repeat=None))


def _sort_key(key: str) -> tuple[int, ...]:
    return tuple(-1 if part is None else part for part in keys.parse(key))


def _mean(key: str, outcomes: Sequence[Outcome]) -> Outcome:
    usable = [ranking.usable(outcome) for outcome in outcomes]
    scores = [score for score in usable if score is not None]
    complete = len(scores) == len(outcomes)
    mean = math.fsum(scores) / len(scores) if complete else None
    last = max(outcome.order for outcome in outcomes)
    return Outcome(key, mean, last, "finished" if complete else "failed", outcomes[0].params)


def _multiply(rung: Rung, count: int) -> Rung:
    costs = (None if cost is None else cost * count for cost in (rung.restart, rung.resume))
    return Rung(rung.bracket, rung.rung, rung.trials * count, rung.budget, *costs)
