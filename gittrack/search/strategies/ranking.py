"""Which score is better: the one rule of every strategy, on that of `analysis/sweep_ranking.py`.

Better first; nan, infinities, missing and failed last; ties go to the lower configuration number.
Configurations themselves are never compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from gittrack.analysis.sweep_ranking import best_first
from gittrack.search.plan import Outcome


def counts(score: float | None) -> bool:
    """Say whether a score can win."""
    return score is not None and math.isfinite(score)


def usable(outcome: Outcome) -> float | None:
    """Return the score of a trial, None where it failed or has none that counts."""
    fine = outcome.status in ("finished", "stopped") and counts(outcome.score)
    return outcome.score if fine else None


def order(scores: Iterable[tuple[int, float | None]], goal: str) -> list[int]:
    """Return configuration numbers, the best first, of (number, score) in any order."""

    def rank(item: tuple[int, float | None]) -> tuple[bool, float, int]:
        number, score = item
        return *best_first(score, goal), number

    return [number for number, _ in sorted(scores, key=rank)]


def best(outcomes: Iterable[Outcome], goal: str) -> str | None:
    """Return the key of the best of trials that are keyed by their configuration, None where none counts."""
    scores = {int(one.key): usable(one) for one in outcomes}
    first = next(iter(order(scores.items(), goal)), None)
    return None if first is None or scores[first] is None else str(first)
