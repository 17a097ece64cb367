"""Which score is better: the rule of every strategy, by `analysis/sweep_ranking.py`.

Better scores come first; nan, infinite and missing scores and failed trials come last; of equal scores the
lower configuration number comes first.  Params are never compared.
"""

from __future__ import annotations

import math

from gittrack.analysis.sweep_ranking import best_first
from gittrack.core.standard.collections import Iterable
from gittrack.search.plan import Outcome


def counts(score: float | None) -> bool:
    """Return whether a score can win."""
    return score is not None and math.isfinite(score)


def usable(outcome: Outcome) -> float | None:
    """Return the score of a trial, or None if the trial failed or its score does not count."""
    succeeded = outcome.status in ("finished", "stopped")
    return outcome.score if succeeded and counts(outcome.score) else None


def order(scores: Iterable[tuple[int, float | None]], goal: str) -> list[int]:
    """Return configuration numbers, the best first.

    Parameters
    ----------
    scores : iterable of (int, float or None)
        Configuration number and score, in any order.
    goal : str
        ``minimize`` or ``maximize``.
    """

    def rank(item: tuple[int, float | None]) -> tuple[bool, float, int]:
        number, score = item
        return *best_first(score, goal), number

    return [number for number, _ in sorted(scores, key=rank)]


def best(outcomes: Iterable[Outcome], goal: str) -> str | None:
    """Return the key of the best trial, or None if no score counts.

    The keys of the trials must be the numbers of their configurations.
    """
    scores = {int(outcome.key): usable(outcome) for outcome in outcomes}
    first = next(iter(order(scores.items(), goal)), None)
    return None if first is None or scores[first] is None else str(first)
