"""How the trials of a sweep stand among each other: which score is better, what has a place in pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from gittrack.analysis.sweep_view import STOPPED, SweepView, TrialView

LARGEST = 1e300  # a difference of two larger numbers may be beyond all floats


def is_number(value: Any) -> bool:
    """Return whether a value has a place among numbers; truth, nan and infinities have none."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain and -LARGEST < value < LARGEST


def has_score(trial: TrialView) -> bool:
    """Return whether a trial has a finite score, which has a place on an axis."""
    return is_number(trial.score)


def best_first(score: float | None, goal: str) -> tuple[bool, float]:
    """Return what scores sort by, the best first; nan, infinities and missing ones come last, all alike."""
    if score is None or not math.isfinite(score):
        return True, 0.0
    return False, -score if goal == "maximize" else score


def relative_ranks(trials: Sequence[TrialView], goal: str) -> dict[str, float]:
    """Return the place of each trial with a finite score in its bracket: 0 the best, 1 the worst.

    Within a bracket a larger budget is better than a smaller one, whatever the score: such trials were
    promoted.  Brackets of Hyperband begin with different budgets, so they do not compare.
    """
    sign = -1.0 if goal == "maximize" else 1.0
    brackets: dict[int, dict[str, tuple[float, float]]] = {}
    for trial in trials:
        if trial.score is not None and has_score(trial):
            rank = -(trial.budget or 0), sign * trial.score
            brackets.setdefault(trial.bracket, {})[trial.key] = rank
    places: dict[str, float] = {}
    for ranks in brackets.values():
        order = {rank: place for place, rank in enumerate(sorted(set(ranks.values())))}
        last = max(len(order) - 1, 1)
        places |= {key: order[rank] / last for key, rank in ranks.items()}
    return places


def furthest_trials(trials: Iterable[TrialView]) -> list[TrialView]:
    """Return of each configuration the trial with the most resource, in the order of the first of them."""
    found: dict[tuple[int, int, int | None], TrialView] = {}
    for trial in trials:
        like = trial.bracket, trial.config, trial.seed
        if like not in found or trial.rung > found[like].rung:
            found[like] = trial
    return list(found.values())


def average_seeds(view: SweepView) -> SweepView:
    """Return a sweep under seeds as one of configurations, each with the mean of its scores; else the same.

    That is what its winner is chosen by.  A configuration has ended when all of its seeds have, and has a
    score when all of theirs have one; its run is that of the first seed.
    """
    seeds = len({trial.seed for trial in view.trials if trial.seed is not None})
    if not seeds:
        return view
    together: dict[str, list[TrialView]] = {}
    for trial in view.trials:
        together.setdefault(_outer(trial.key), []).append(trial)
    return view._replace(
        metric=view.metric and f"{view.metric} (mean of {seeds})",
        trials=tuple(_mean(key, each, seeds) for key, each in together.items()),
        best=None if view.best is None else _outer(view.best),
        size=None if view.size is None else view.size // seeds,
    )


def _outer(key: str) -> str:
    return key.rpartition(".s")[0]


def _mean(key: str, each: Sequence[TrialView], seeds: int) -> TrialView:
    first = min(each, key=lambda trial: (len(trial.key), trial.key))
    orders = [trial.order for trial in each if trial.order is not None]
    scores = [trial.score for trial in each if trial.score is not None]
    over, scored = len(orders) == seeds, len(scores) == seeds
    finite = all(map(math.isfinite, scores))
    mean = math.fsum(scores) / seeds if finite else math.nan
    bad = [t.status for t in each if t.status not in ("finished", STOPPED)]
    return first._replace(
        key=key,
        status=bad[0] if bad else first.status,
        score=mean if over and scored else None,
        order=max(orders) if over else None,
        seed=None,
        duration=sum(trial.duration or 0.0 for trial in each),
    )
