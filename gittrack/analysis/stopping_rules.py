"""When a trial may be stopped from inside, seen from the curves of all trials: pure functions.

A curve is the sequence of (step, value) of a metric as it was logged; a value may be nan or infinite.
What is counted are values, not steps: a step may be an epoch to one script and a batch to another.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class EarlyTerminate(NamedTuple):
    """When a trial may be stopped from inside; counted in values logged: ``hyperband`` looks at ``rungs``."""

    kind: str  # hyperband or median
    rungs: tuple[int, ...] = ()
    eta: int = 3
    warmup: int = 0  # median: fewer values are never judged
    least: int = 3  # median: trials that must have ended before


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
    """Judge by the last rung that the trial has reached: after so many values, as W&B counts.

    The stopping form of asynchronous halving (after Li et al. 2020, Algorithm 2; W&B's ``hyperband``): a
    trial goes on while it is among the best 1/eta of all that have reached the rung so far, itself included.
    """
    rung = max((rung for rung in rule.rungs if rung <= len(own)), default=None)
    if rung is None:
        return False
    value = own[rung - 1][1]
    if not math.isfinite(value):
        return True
    rivals = [seen.curve[rung - 1][1] for seen in others if len(seen.curve) >= rung]
    kept = max(1, (len(rivals) + 1) // rule.eta)
    return sum(_better(other, value, goal) for other in rivals) >= kept


def _median(rule: EarlyTerminate, goal: str, own: Curve, others: Iterable[Seen]) -> bool:
    """Judge by the median of what the finished trials had on average over as many values.

    Golovin et al. 2017, "Google Vizier", section 3.2.2: stop when the best value so far is strictly worse.
    """
    if len(own) < rule.warmup:
        return False
    averages = [_average(seen.curve[: len(own)]) for seen in others if seen.finished]
    known = sorted(one for one in averages if one is not None)
    if len(known) < rule.least:
        return False
    values = [value for _, value in own if math.isfinite(value)]
    if not values:
        return True
    half = len(known) // 2
    median = known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2
    return _better(median, max(values) if goal == "maximize" else min(values), goal)


def _average(curve: Curve) -> float | None:
    values = [value for _, value in curve if math.isfinite(value)]
    return math.fsum(values) / len(values) if values else None


def _better(one: float, other: float, goal: str) -> bool:
    """Say whether ``one`` is strictly better; what is not finite never is."""
    if not math.isfinite(one):
        return False
    return one > other if goal == "maximize" else one < other
