"""ASHA: successive halving that does not wait until a rung is full.

Li et al. 2020, "A system for massively parallel hyperparameter tuning", Algorithm 2.  Whenever a worker is
free: of the rungs that have a trial in their top 1/eta that was not promoted yet, take the highest, and
promote its best such trial.  If no rung has one, start a new configuration in the lowest rung.
"""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from gittrack.core.standard.collections import Callable, Collection, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search import keys
from gittrack.search.plan import Outcome, Resource, Rung, Trial
from gittrack.search.strategies import ranking, rungs
from gittrack.search.strategies.halving import all_ended, rung_key, trial, winner
from gittrack.search.strategies.rungs import Bracket

_Ranked = Sequence[Sequence[tuple[int, bool]]]  # see _ranked


class Asha(NamedTuple):
    """Asynchronous halving of ``bracket.trials[0]`` configurations, in at most ``cap`` trials.

    The algorithm of the paper never ends, but a sweep does.  So if all configurations were started, no trial
    runs and none is in a top 1/eta, then the best trial of the highest rung is promoted anyway, until one
    trial had the maximum.
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
        keys_started = set(started)
        trials: list[Trial] = []
        idle = all_ended(outcomes, started)
        for _ in range(free):
            job = self._job(ranked, keys_started)
            if job is None and idle and not trials and not self._is_full(keys_started):
                job = self._last_promotion(ranked, keys_started)
            if job is None:
                break
            trials.append(trial(self.propose, self.resource, self.bracket, *job))
            keys_started.add(trials[-1].key)
        return tuple(trials)

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return all_ended(outcomes, started) and not self.ask(outcomes, started, 1)

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return winner(outcomes, self.goal, lambda key: self.bracket.budgets[self._position(key)[1]])

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        return trial(self.propose, self.resource, self.bracket, *self._position(key))

    def table(self) -> tuple[Rung, ...]:
        return rungs.table((self.bracket,))

    def _position(self, key: str) -> tuple[int, int]:
        """Return (configuration, rung).  Raises TrackError if this search has no such trial."""
        parsed = keys.parse(key)
        rung = parsed.rung if parsed.rung is not None else -1
        exists = parsed.config < self.bracket.trials[0] and 0 <= rung < len(self.bracket.budgets)
        if parsed != keys.Key(parsed.config, None, rung) or not exists:
            raise keys.unknown_trial(key)
        return parsed.config, rung

    def _is_full(self, started: set[str], reserve: int = 0) -> bool:
        return self.cap is not None and len(started) + reserve >= self.cap

    def _job(self, ranked: _Ranked, started: set[str]) -> tuple[int, int] | None:
        """Return (configuration, rung) by get_job of the algorithm, or None if there is none."""
        top = len(self.bracket.budgets) - 1
        if self._is_full(started, reserve=top):  # the trials that one survivor still needs
            return None
        for rung in range(top - 1, -1, -1):
            candidates = ranked[rung][: len(ranked[rung]) // self.resource.eta]
            job = self._promotion(candidates, rung, started)
            if job is not None:
                return job
        new = (
            config
            for config in range(self.bracket.trials[0])
            if rung_key(self.bracket, config, 0) not in started
        )
        config = next(new, None)
        return None if config is None else (config, 0)

    def _promotion(
        self, candidates: Sequence[tuple[int, bool]], rung: int, started: set[str]
    ) -> tuple[int, int] | None:
        """Return (configuration, next rung) of the best candidate that was not promoted yet."""
        for config, counts in candidates:
            if counts and rung_key(self.bracket, config, rung + 1) not in started:
                return config, rung + 1
        return None

    def _last_promotion(self, ranked: _Ranked, started: set[str]) -> tuple[int, int] | None:
        """Return a promotion from the highest rung, whether its best is in a top 1/eta or not."""
        highest = max((rung for rung, ended in enumerate(ranked) if ended), default=None)
        if highest is None or highest + 1 == len(ranked):
            return None
        return self._promotion(ranked[highest], highest, started)


def _ranked(bracket: Bracket, outcomes: Sequence[Outcome], goal: str) -> _Ranked:
    """Return (configuration, whether its score counts) of the ended trials of each rung, best first."""
    scores: list[dict[int, float | None]] = [{} for _ in bracket.budgets]
    for outcome in outcomes:
        key = keys.parse(outcome.key)
        scores[key.rung or 0][key.config] = ranking.usable(outcome)
    return [
        [(config, rung[config] is not None) for config in ranking.order(rung.items(), goal)]
        for rung in scores
    ]
