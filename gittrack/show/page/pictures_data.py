"""The data of a sweep's pictures: which trials are drawn, in which order, and how good they are."""

from __future__ import annotations

import math
from typing import NamedTuple

from gittrack.analysis.sweep_ranking import furthest_trials, has_score, relative_ranks
from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.core.standard.collections import Mapping
from gittrack.show.page import scale
from gittrack.show.page.scale import Scale
from gittrack.show.terminal import text

MOST_AXES = 12
MOST_TRIALS = 1_000


class Search(NamedTuple):
    """A sweep that is ready to be drawn.

    Attributes
    ----------
    axes
        The parameters to draw, the most important first.
    shares
        The importance of each parameter, from 0 to 1; None if it is not known.
    scales, score
        The scale of each parameter, and the scale of the score.
    ranks
        The rank of each trial with a finite score, by its key: 0 is the best, 1 the worst.
    """

    view: SweepView
    axes: tuple[Axis, ...]
    shares: Mapping[str, float | None]
    scales: Mapping[str, Scale]
    score: Scale
    ranks: Mapping[str, float]

    @property
    def best(self) -> TrialView | None:
        """The best trial, if it has a finite score."""
        for trial in self.view.trials:
            if trial.key == self.view.best and has_score(trial):
                return trial
        return None

    @property
    def budgets(self) -> tuple[int, ...]:
        """The budgets of the trials, the smallest first; the halving family has several."""
        return tuple(sorted({t.budget for t in self.view.trials if t.budget is not None}))

    @property
    def score_label(self) -> str:
        """The metric, and which direction is better."""
        direction = "higher" if self.view.goal == "maximize" else "lower"
        return (
            f"{text.shorten(text.escape(self.view.metric or 'score'), 40)} ({direction} is better)"
        )


def prepare(view: SweepView, shares: Mapping[str, float | None]) -> Search | None:
    """Return a sweep ready to be drawn; None if no trial has a finite score."""
    scores = [trial.score for trial in view.trials if trial.score is not None and has_score(trial)]
    if not scores:
        return None
    axes = sorted(view.axes, key=lambda axis: -(shares.get(axis.name) or 0.0))
    scales = {
        axis.name: scale.of_axis(
            axis, (t.params[axis.name] for t in view.trials if axis.name in t.params)
        )
        for axis in axes
    }
    return Search(
        view,
        tuple(axes),
        shares,
        scales,
        scale.of_scores(scores),
        relative_ranks(view.trials, view.goal),
    )


def drawn(search: Search) -> list[TrialView]:
    """Return the trials to draw: the one with the most resource of each configuration.

    Of more than ``MOST_TRIALS``, it returns an even selection from the best to the worst, both ends included,
    so that the picture looks like one of all trials.
    """
    trials = furthest_trials(search.view.ended)
    if len(trials) <= MOST_TRIALS:
        return trials
    best = search.view.best
    ranked = sorted(trials, key=lambda t: (t.key != best, search.ranks.get(t.key, 2.0)))
    step = (len(ranked) - 1) / (MOST_TRIALS - 1)
    return [ranked[round(number * step)] for number in range(MOST_TRIALS)]


def left_out(search: Search) -> str:
    """Return a remark on how many are drawn if there are too many; empty if all are drawn."""
    counts = (
        (MOST_TRIALS, len(furthest_trials(search.view.ended)), "configurations"),
        (MOST_AXES, len(search.axes), "parameters"),
    )
    parts = [f"{most:,} of {count:,} {noun}" for most, count, noun in counts if count > most]
    return f" ({', '.join(parts)})" if parts else ""


def best_so_far(view: SweepView) -> list[tuple[int, float]]:
    """Return (number of the trial, best score so far) of the trials with the largest budget."""
    most = max((trial.budget for trial in view.trials if trial.budget is not None), default=None)
    better = max if view.goal == "maximize" else min
    steps: list[tuple[int, float]] = []
    for number, trial in enumerate(view.ended):
        if trial.score is None or not has_score(trial) or trial.budget != most:
            continue
        best = trial.score if not steps else better(steps[-1][1], trial.score)
        steps.append((number, best))
    return steps


def spread(config: int, wide: float) -> float:
    """Return how far a point moves sideways, so that equal points stay visible.

    It is a function of the configuration (golden-ratio sequence), so every picture is the same.
    """
    golden = (math.sqrt(5) - 1) / 2
    return wide * ((config + 1) * golden % 1 - 0.5)


def summary(trial: TrialView, view: SweepView) -> str:
    """Return a trial as text, not yet escaped for HTML: ``trial 7: val_loss 0.0525, lr 0.3``."""
    score = "no score" if trial.score is None else text.value(trial.score, 6)
    parts = [f"{text.escape(view.metric or 'score')} {score}"]
    if trial.status != "finished":
        parts.append(trial.status)
    if trial.budget is not None:
        parts.append(f"{text.escape(view.resource or 'budget')} {trial.budget}")
    names = [axis.name for axis in view.axes if axis.name in trial.params]
    parts += [f"{text.escape(name)} {text.value(trial.params[name])}" for name in names]
    return f"trial {trial.key}: {', '.join(parts)}"
