"""Every configuration under several seeds: to the strategy inside, one trial with their mean score."""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from gittrack.search import keys
from gittrack.search.plan import Outcome, Rung, Strategy, Trial
from gittrack.search.strategies import ranking


class Repeated(NamedTuple):
    """A strategy whose trials are each run once under every seed.

    A configuration has a score when all of its seeds have ended, and one that counts when all of theirs do.
    """

    inner: Strategy
    seeds: tuple[int, ...]

    @property
    def size(self) -> int | None:
        return None if self.inner.size is None else self.inner.size * len(self.seeds)

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        begun: dict[str, set[str]] = {}
        for key in started:
            begun.setdefault(_outer(key), set()).add(key)
        folded = self._fold(outcomes)
        half = [key for key, has in begun.items() if len(has) < len(self.seeds)]
        found = [
            one
            for key in sorted(half, key=_place)
            for one in self._each(self.inner.trial(key, folded))
            if one.key not in begun[key]
        ]
        wanted = -(-(free - len(found)) // len(self.seeds))
        if wanted > 0:
            new = self.inner.ask(folded, begun.keys(), wanted)
            found += [one for trial in new for one in self._each(trial)]
        return tuple(found[: max(0, free)])

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        ended = {one.key for one in outcomes}
        return ended.issuperset(started) and not self.ask(outcomes, started, 1)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        key = self.inner.best(self._fold(outcomes))
        return None if key is None else f"{key}.s0"

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        found = keys.parse(key)
        if found.repeat is None or found.repeat >= len(self.seeds):
            raise keys.no_trial(key)
        inner = self.inner.trial(_outer(key), self._fold(outcomes))
        return tuple(self._each(inner))[found.repeat]

    def table(self) -> tuple[Rung, ...]:
        return tuple(_times(rung, len(self.seeds)) for rung in self.inner.table())

    def _each(self, trial: Trial) -> Iterable[Trial]:
        for place, seed in enumerate(self.seeds):
            after = None if trial.after is None else f"{trial.after}.s{place}"
            yield trial._replace(key=f"{trial.key}.s{place}", seed=seed, after=after)

    def _fold(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        together: dict[str, list[Outcome]] = {}
        for one in outcomes:
            together.setdefault(_outer(one.key), []).append(one)
        return [_mean(key, each) for key, each in together.items() if len(each) == len(self.seeds)]


@lru_cache(maxsize=1 << 17)
def _outer(key: str) -> str:
    """Return the key of the trial that the strategy inside sees."""
    return keys.format(keys.parse(key)._replace(repeat=None))


def _place(key: str) -> tuple[int, ...]:
    return tuple(-1 if part is None else part for part in keys.parse(key))


def _mean(key: str, each: Sequence[Outcome]) -> Outcome:
    scores = [ranking.usable(one) for one in each]
    counted = [score for score in scores if score is not None]
    fine = len(counted) == len(each)
    mean = math.fsum(counted) / len(counted) if fine else None
    last = max(one.order for one in each)
    return Outcome(key, mean, last, "finished" if fine else "failed", each[0].params)


def _times(rung: Rung, count: int) -> Rung:
    costs = (None if cost is None else cost * count for cost in (rung.restart, rung.resume))
    return Rung(rung.bracket, rung.rung, rung.trials * count, rung.budget, *costs)
