"""What the pictures of a sweep show: which trials, in which order, how good."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from gittrack.analysis.sweep_ranking import furthest, has_score, standing
from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.show.page import scale
from gittrack.show.page.scale import Scale
from gittrack.show.terminal import text

MOST_AXES = 12
MOST_TRIALS = 1_000


class Search(NamedTuple):
    """A sweep made ready to be drawn; ``axes`` are the parameters to show, the most important first.

    ``standing`` is how each trial with a finite score came out, by its key: 0 the best, 1 the worst.
    """

    view: SweepView
    axes: tuple[Axis, ...]
    shares: Mapping[str, float | None]
    scales: Mapping[str, Scale]
    score: Scale
    standing: Mapping[str, float]

    @property
    def best(self) -> TrialView | None:
        """The winner, where it has a finite score."""
        found = [trial for trial in self.view.trials if trial.key == self.view.best]
        return found[0] if found and has_score(found[0]) else None

    @property
    def budgets(self) -> tuple[int, ...]:
        """The budgets that were given, from the smallest; more than one in the halving family."""
        return tuple(sorted({t.budget for t in self.view.trials if t.budget is not None}))

    @property
    def score_label(self) -> str:
        """The metric and which way is better."""
        way = "higher" if self.view.goal == "maximize" else "lower"
        return f"{text.shorten(text.escape(self.view.metric or 'score'), 40)} ({way} is better)"


def prepared(view: SweepView, shares: Mapping[str, float | None]) -> Search | None:
    """Return the sweep ready to be drawn; None where no trial has a finite score."""
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
        view, tuple(axes), shares, scales, scale.of_scores(scores), standing(view.trials, view.goal)
    )


def drawn(search: Search) -> list[TrialView]:
    """Return the trials to draw where each is drawn once for every parameter: of very many, an even part.

    Of each configuration it is the trial that had the most resource.  The part is taken evenly from the best
    to the worst, both ends included, so it looks like the whole.
    """
    found = furthest(search.view.ended)
    if len(found) <= MOST_TRIALS:
        return found
    best = search.view.best
    ranked = sorted(found, key=lambda t: (t.key != best, search.standing.get(t.key, 2.0)))
    step = (len(ranked) - 1) / (MOST_TRIALS - 1)
    return [ranked[round(place * step)] for place in range(MOST_TRIALS)]


def left_out(search: Search) -> str:
    """Return how much is drawn of what there is too much of, nothing where all is."""
    counts = (
        (MOST_TRIALS, len(furthest(search.view.ended)), "configurations"),
        (MOST_AXES, len(search.axes), "parameters"),
    )
    told = [f"{most:,} of {count:,} {what}" for most, count, what in counts if count > most]
    return f" ({', '.join(told)})" if told else ""


def best_so_far(view: SweepView) -> list[tuple[int, float]]:
    """Return (number of the trial as they ended, best score until then); of the largest budget alone."""
    most = max((trial.budget for trial in view.trials if trial.budget is not None), default=None)
    better = max if view.goal == "maximize" else min
    found: list[tuple[int, float]] = []
    for number, trial in enumerate(view.ended):
        if trial.score is None or not has_score(trial) or trial.budget != most:
            continue
        best = trial.score if not found else better(found[-1][1], trial.score)
        found.append((number, best))
    return found


def spread(config: int, wide: float) -> float:
    """Return how far a point moves aside, that equal ones be seen; the same for the same configuration."""
    golden = (math.sqrt(5) - 1) / 2
    return wide * ((config + 1) * golden % 1 - 0.5)


def told(trial: TrialView, view: SweepView) -> str:
    """Return one trial in words, unescaped for HTML: ``trial 7: val_loss 0.0525, lr 0.3``."""
    score = "no score" if trial.score is None else text.value(trial.score, 6)
    parts = [f"{text.escape(view.metric or 'score')} {score}"]
    if trial.status != "finished":
        parts.append(trial.status)
    if trial.budget is not None:
        parts.append(f"{text.escape(view.resource or 'budget')} {trial.budget}")
    names = [axis.name for axis in view.axes if axis.name in trial.params]
    parts += [f"{text.escape(name)} {text.value(trial.params[name])}" for name in names]
    return f"trial {trial.key}: {', '.join(parts)}"
