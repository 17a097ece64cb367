"""How the trials of a sweep stand among each other: which score is better, what has a place in pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from gittrack.core.sweepview import TrialView

LARGEST = 1e300  # a difference of two larger numbers may be beyond all floats


def is_number(value: Any) -> bool:
    """Return whether a value has a place among numbers; truth, nan and infinities have none."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain and -LARGEST < value < LARGEST


def has_score(trial: TrialView) -> bool:
    """Return whether a trial has a finite score, which has a place on an axis."""
    return is_number(trial.score)


def better_first(score: float | None, goal: str) -> tuple[bool, float]:
    """Return what scores sort by, the best first; nan, infinities and missing ones come last, all alike."""
    if score is None or not math.isfinite(score):
        return True, 0.0
    return False, -score if goal == "maximize" else score


def standing(trials: Sequence[TrialView], goal: str) -> dict[str, float]:
    """Return the place of each trial with a finite score among the others: 0 the best, 1 the worst.

    A larger budget is better than a smaller one, whatever the score: such trials were promoted.
    """
    sign = -1.0 if goal == "maximize" else 1.0
    rank = {
        trial.key: (-(trial.budget or 0), sign * trial.score)
        for trial in trials
        if trial.score is not None and has_score(trial)
    }
    places = {pair: place for place, pair in enumerate(sorted(set(rank.values())))}
    return {key: places[pair] / max(len(places) - 1, 1) for key, pair in rank.items()}


def furthest(trials: Iterable[TrialView]) -> list[TrialView]:
    """Return of each configuration the trial with the most resource, in the order of the first of them."""
    found: dict[tuple[int, int, int | None], TrialView] = {}
    for trial in trials:
        like = trial.bracket, trial.config, trial.seed
        if like not in found or trial.rung > found[like].rung:
            found[like] = trial
    return list(found.values())
