"""Rules for stopping a trial early, from the curves of all trials: pure functions.

A curve is the sequence of (step, value) of a metric as it was logged; a value may be NaN or infinite.
The rules count values, not steps: a step may be an epoch in one script and a batch in another.
"""

from __future__ import annotations

import math

from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.core.standard.typing import NamedTuple


class EarlyTerminate(NamedTuple):
    """A rule for stopping a trial early; all numbers count logged values.

    ``rungs``, ``eta`` and ``strict`` belong to ``hyperband``, ``warmup`` and ``least`` to ``median``.
    ``strict`` compares the value at the rung; without it, the best value so far is compared.
    """

    kind: str  # hyperband or median
    rungs: tuple[int, ...] = ()
    eta: int = 3
    warmup: int = 0  # a trial with fewer values is not judged
    least: int = 3  # trials that must have finished before
    strict: bool = True


Curve = Sequence[tuple[int, float]]


class OtherTrial(NamedTuple):
    """The curve of another trial, and whether that trial finished."""

    curve: Curve
    finished: bool


def should_stop(
    rule: EarlyTerminate, goal: str, curve: Curve, others: Iterable[OtherTrial]
) -> bool:
    """Return whether a trial should stop now.

    Parameters
    ----------
    rule : EarlyTerminate
        The rule.
    goal : str
        ``maximize`` or ``minimize``.
    curve : sequence of (int, float)
        The trial's values so far; a trial without a value goes on.
    others : iterable of OtherTrial
        The curves of the other trials.
    """
    if not curve:
        return False
    judge = _median if rule.kind == "median" else _hyperband
    return judge(rule, goal, curve, others)


def _hyperband(rule: EarlyTerminate, goal: str, curve: Curve, others: Iterable[OtherTrial]) -> bool:
    """Judge by the last rung that the trial has reached: after so many values, as W&B counts.

    The rule is the one in W&B's package ``sweeps`` 0.3.0.  Of the n trials that have reached the rung so far,
    this one included, the values at the rung are sorted, the best first; a trial stops if its own value is
    worse than number floor(n / eta), counted from 0.  A value that is not finite is the worst.
    """
    rung = max((rung for rung in rule.rungs if rung <= len(curve)), default=None)
    if rung is None:
        return False
    values = [trial.curve[rung - 1][1] for trial in others if len(trial.curve) >= rung]
    losses = sorted(_loss(value, goal) for value in (*values, curve[rung - 1][1]))
    compared = curve[rung - 1 : rung] if rule.strict else curve
    loss = min(_loss(value, goal) for _, value in compared)
    return loss == math.inf or loss > losses[len(losses) // rule.eta]


def _loss(value: float, goal: str) -> float:
    """Return a number that is smaller for a better value; infinite if the value is not finite."""
    if not math.isfinite(value):
        return math.inf
    return -value if goal == "maximize" else value


def _median(rule: EarlyTerminate, goal: str, curve: Curve, others: Iterable[OtherTrial]) -> bool:
    """Judge by the median of the finished trials' averages over as many values.

    Golovin et al. 2017, "Google Vizier", section 3.2.2: stop when the best value so far is strictly worse.
    """
    if len(curve) < rule.warmup:
        return False
    all_means = [_average(trial.curve[: len(curve)]) for trial in others if trial.finished]
    means = sorted(mean for mean in all_means if mean is not None)
    if len(means) < rule.least:
        return False
    values = [value for _, value in curve if math.isfinite(value)]
    if not values:
        return True
    half = len(means) // 2
    median = means[half] if len(means) % 2 else (means[half - 1] + means[half]) / 2
    return _better(median, max(values) if goal == "maximize" else min(values), goal)


def _average(curve: Curve) -> float | None:
    values = [value for _, value in curve if math.isfinite(value)]
    return math.fsum(values) / len(values) if values else None


def _better(value: float, other: float, goal: str) -> bool:
    """Return whether ``value`` is strictly better; a value that is not finite is never better."""
    if not math.isfinite(value):
        return False
    return value > other if goal == "maximize" else value < other
