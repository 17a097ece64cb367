"""When a trial may be stopped from inside, seen from the curves of all trials: pure functions.

A curve is a sequence of (step, value), steps rising; a value may be nan or infinite.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gittrack.search.plan import EarlyTerminate

Curve = Sequence[tuple[int, float]]


class Seen(NamedTuple):
    """The curve of another trial, and whether that trial finished."""

    curve: Curve
    finished: bool


def stops(rule: EarlyTerminate, goal: str, own: Curve, others: Iterable[Seen]) -> bool:
    """Say whether the trial with the curve ``own`` should stop now."""
    if not own:
        return False
    judge = _median if rule.kind == "median" else _hyperband
    return judge(rule, goal, own, others)


def _hyperband(rule: EarlyTerminate, goal: str, own: Curve, others: Iterable[Seen]) -> bool:
    """Judge by the last rung that the trial has reached.

    The stopping form of asynchronous halving (after Li et al. 2020, Algorithm 2; W&B's ``hyperband``): a
    trial goes on while it is among the best 1/eta of all that have reached the rung so far, itself included.
    """
    reached = [rung for rung in rule.rungs if rung <= own[-1][0]]
    if not reached:
        return False
    value = _at(own, reached[-1])
    rivals = [
        _at(seen.curve, reached[-1])
        for seen in others
        if seen.curve and seen.curve[-1][0] >= reached[-1]
    ]
    if value is None or not math.isfinite(value):
        return True
    kept = max(1, (len(rivals) + 1) // rule.eta)
    better = sum(1 for other in rivals if other is not None and _better(other, value, goal))
    return better >= kept


def _median(rule: EarlyTerminate, goal: str, own: Curve, others: Iterable[Seen]) -> bool:
    """Judge by the median of what the finished trials had on average up to the same step.

    Golovin et al. 2017, "Google Vizier", section 3.2.2: stop when the best value so far is strictly worse.
    """
    step = own[-1][0]
    if step < rule.warmup:
        return False
    averages = [_average(seen.curve, step) for seen in others if seen.finished]
    known = sorted(one for one in averages if one is not None)
    if len(known) < rule.least:
        return False
    values = [value for _, value in own if math.isfinite(value)]
    if not values:
        return True
    half = len(known) // 2
    median = known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2
    return _better(median, max(values) if goal == "maximize" else min(values), goal)


def _at(curve: Curve, step: int) -> float | None:
    """Return the last value up to a step."""
    return next((value for at, value in reversed(curve) if at <= step), None)


def _average(curve: Curve, step: int) -> float | None:
    values = [value for at, value in curve if at <= step and math.isfinite(value)]
    return math.fsum(values) / len(values) if values else None


def _better(one: float, other: float, goal: str) -> bool:
    """Say whether ``one`` is strictly better; what is not finite never is."""
    if not math.isfinite(one):
        return False
    return one > other if goal == "maximize" else one < other
