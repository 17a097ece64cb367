"""When a trial may be stopped from inside, seen from the curves of all trials: pure functions.

A curve is the sequence of (step, value) of a metric as it was logged; a value may be nan or infinite.
What is counted are values, not steps: a step may be an epoch to one script and a batch to another.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class EarlyTerminate(NamedTuple):
    """When a trial may be stopped from inside; counted in values logged: ``hyperband`` looks at ``rungs``.

    ``strict`` compares the value at the rung; without it, the best value up to now.
    """

    kind: str  # hyperband or median
    rungs: tuple[int, ...] = ()
    eta: int = 3
    warmup: int = 0  # median: fewer values are never judged
    least: int = 3  # median: trials that must have ended before
    strict: bool = True


Curve = Sequence[tuple[int, float]]


class OtherTrial(NamedTuple):
    """The curve of another trial, and whether that trial finished."""

    curve: Curve
    finished: bool


def should_stop(rule: EarlyTerminate, goal: str, own: Curve, others: Iterable[OtherTrial]) -> bool:
    """Say whether the trial with the curve ``own`` should stop now."""
    if not own:
        return False
    judge = _median if rule.kind == "median" else _hyperband
    return judge(rule, goal, own, others)


def _hyperband(rule: EarlyTerminate, goal: str, own: Curve, others: Iterable[OtherTrial]) -> bool:
    """Judge by the last rung that the trial has reached: after so many values, as W&B counts.

    The rule is that of W&B's package ``sweeps`` 0.3.0.  Of the n trials that have reached the rung so far,
    this one included, the values at the rung are sorted, the best first; a trial stops if its own value is
    worse than number floor(n / eta), counted from 0.  A value that is not finite is the worst.
    """
    rung = max((rung for rung in rule.rungs if rung <= len(own)), default=None)
    if rung is None:
        return False
    values = [seen.curve[rung - 1][1] for seen in others if len(seen.curve) >= rung]
    losses = sorted(_loss(value, goal) for value in (*values, own[rung - 1][1]))
    compared = own[rung - 1 : rung] if rule.strict else own
    loss = min(_loss(value, goal) for _, value in compared)
    return loss == math.inf or loss > losses[len(losses) // rule.eta]


def _loss(value: float, goal: str) -> float:
    """Return a number that is the smaller, the better the value; infinite for one that is not finite."""
    if not math.isfinite(value):
        return math.inf
    return -value if goal == "maximize" else value


def _median(rule: EarlyTerminate, goal: str, own: Curve, others: Iterable[OtherTrial]) -> bool:
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
