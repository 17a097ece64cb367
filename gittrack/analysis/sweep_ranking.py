"""The ranking of a sweep's trials: which score is better, and which numbers can be drawn."""

from __future__ import annotations

import math

from gittrack.analysis.sweep_view import STOPPED, SweepView, TrialView
from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.core.standard.typing import Any

LARGEST = 1e300  # the difference of two larger numbers may overflow


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number that can be drawn; booleans, NaN and infinities are not."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain and -LARGEST < value < LARGEST


def has_score(trial: TrialView) -> bool:
    """Return whether a trial has a finite score, which can be drawn on an axis."""
    return is_number(trial.score)


def best_first(score: float | None, goal: str) -> tuple[bool, float]:
    """Return the sort key of a score: the best is first; NaN, infinities and None are last and tie."""
    if score is None or not math.isfinite(score):
        return True, 0.0
    return False, -score if goal == "maximize" else score


def relative_ranks(trials: Sequence[TrialView], goal: str) -> dict[str, float]:
    """Return the rank of each trial within its bracket, by key, from 0 (best) to 1 (worst).

    Trials without a finite score have no rank.  Within a bracket, a larger budget is better than a smaller
    one with any score, because such trials were promoted.  Brackets of Hyperband begin with different
    budgets, so trials of two brackets do not compare.

    Parameters
    ----------
    trials : sequence of TrialView
        The trials.
    goal : str
        ``minimize`` or ``maximize``.
    """
    sign = -1.0 if goal == "maximize" else 1.0
    brackets: dict[int, dict[str, tuple[float, float]]] = {}
    for trial in trials:
        if trial.score is not None and has_score(trial):
            rank = -(trial.budget or 0), sign * trial.score
            brackets.setdefault(trial.bracket, {})[trial.key] = rank
    relative: dict[str, float] = {}
    for ranks in brackets.values():
        order = {rank: number for number, rank in enumerate(sorted(set(ranks.values())))}
        last = max(len(order) - 1, 1)
        relative |= {key: order[rank] / last for key, rank in ranks.items()}
    return relative


def furthest_trials(trials: Iterable[TrialView]) -> list[TrialView]:
    """Return each configuration's trial with the largest budget, in the order of the first trials."""
    largest: dict[tuple[int, int, int | None], TrialView] = {}
    for trial in trials:
        configuration = trial.bracket, trial.config, trial.seed
        if configuration not in largest or trial.rung > largest[configuration].rung:
            largest[configuration] = trial
    return list(largest.values())


def average_seeds(view: SweepView) -> SweepView:
    """Return a sweep with several seeds as one trial per configuration; any other sweep unchanged.

    The score is the mean over the seeds, which decides the winner.  A configuration has ended when all of its
    seeds have ended, and has a score if all of its seeds have one.  Its run is the run of the first seed.
    """
    seeds = len({trial.seed for trial in view.trials if trial.seed is not None})
    if not seeds:
        return view
    by_key: dict[str, list[TrialView]] = {}
    for trial in view.trials:
        by_key.setdefault(_without_seed(trial.key), []).append(trial)
    return view._replace(
        metric=view.metric and f"{view.metric} (mean of {seeds})",
        trials=tuple(_mean_trial(key, trials, seeds) for key, trials in by_key.items()),
        best=None if view.best is None else _without_seed(view.best),
        size=None if view.size is None else view.size // seeds,
    )


def _without_seed(key: str) -> str:
    return key.rpartition(".s")[0]


def _mean_trial(key: str, trials: Sequence[TrialView], seeds: int) -> TrialView:
    first = min(trials, key=lambda trial: (len(trial.key), trial.key))
    orders = [trial.order for trial in trials if trial.order is not None]
    scores = [trial.score for trial in trials if trial.score is not None]
    complete, scored = len(orders) == seeds, len(scores) == seeds
    finite = all(map(math.isfinite, scores))
    mean = math.fsum(scores) / seeds if finite else math.nan
    bad = [t.status for t in trials if t.status not in ("finished", STOPPED)]
    return first._replace(
        key=key,
        status=bad[0] if bad else first.status,
        score=mean if complete and scored else None,
        order=max(orders) if complete else None,
        seed=None,
        duration=sum(trial.duration or 0.0 for trial in trials),
    )
