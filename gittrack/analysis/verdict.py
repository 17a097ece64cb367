"""Whether two runs are the same: every point of every metric, every artifact; else how far apart they are.

A metric is the same when its series is bit-identical, by value and in the order of its steps; times are not
looked at.  Metrics that measure time or memory are left out, and named.  Where nothing is left to compare,
nobody knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

EXACT, CLOSE, UNKNOWN, DIFFERENT = "EXACT", "CLOSE", "UNKNOWN", "DIFFERENT"
FAILED, NOT_RUN = "FAILED", "NOT RUN"
# Best first.  What nobody knows is no proof, and what is known to differ is worse.
ORDER = (EXACT, CLOSE, UNKNOWN, DIFFERENT, FAILED, NOT_RUN)
LEVELS = {"none": (EXACT, CLOSE, UNKNOWN, DIFFERENT), "close": (EXACT, CLOSE), "exact": (EXACT,)}
RTOL, ATOL = 1e-5, 1e-8
VOLATILE = ("*time*", "*seconds*", "*memory*", "*_per_s")

Series = Mapping[
    str, Sequence[tuple[float, float]]
]  # metric -> (step, value) in the order of logging


class Divergence(NamedTuple):
    """Where a metric begins to differ (None where only one run has it), and by how much at most."""

    metric: str
    step: float | None
    a: float | None
    b: float | None
    largest: float


class Verdict(NamedTuple):
    """What two runs come to: ``level`` is a word such as EXACT, ``reason`` says why."""

    level: str
    reason: str = ""
    divergences: tuple[Divergence, ...] = ()
    artifacts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    metrics: int = 0
    points: int = 0
    unknown: tuple[str, ...] = ()  # artifacts that were not stored, so not compared

    def meets(self, asked: str) -> bool:
        """Say whether this is good enough for ``exact``, ``close`` or ``none``."""
        return self.level in LEVELS[asked]

    @property
    def may_have_reasons(self) -> bool:
        """Whether something came out otherwise, for which what differs besides may be the reason."""
        return self.level not in (EXACT, UNKNOWN)


def is_volatile(name: str, patterns: Sequence[str] = VOLATILE) -> bool:
    """Say whether a metric measures time or the like, which never repeats."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def compare_series(
    a: Series,
    b: Series,
    artifacts: Iterable[str],
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    volatile: Sequence[str] = VOLATILE,
    artifact_count: int = 0,
) -> Verdict:
    """Return the verdict on two series sets; ``artifacts`` names those whose content differs.

    ``artifact_count`` is the number of artifacts: without artifacts and metrics, the verdict is UNKNOWN.
    Close is what NumPy calls so: ``abs(a - b) <= atol + rtol * abs(b)``, with equal steps in equal order.
    An infinity is close to nothing but itself.
    """
    names = sorted({*a, *b})
    left_out = tuple(name for name in names if is_volatile(name, volatile))
    judged = [name for name in names if name not in left_out]
    found = [(name, _divergence(name, a.get(name), b.get(name), rtol, atol)) for name in judged]
    apart = [(divergence, close) for _, (divergence, close) in found if divergence is not None]
    differing = tuple(sorted(artifacts))
    points = sum(len(a.get(name, ())) for name in judged)
    facts = {"left_out": left_out, "metrics": len(judged), "points": points, "artifacts": differing}
    if not (judged or differing or artifact_count):
        return Verdict(UNKNOWN, _nothing(left_out), **facts)  # type: ignore[arg-type]
    if not apart and not differing:
        return Verdict(EXACT, **facts)  # type: ignore[arg-type]
    level = CLOSE if all(close for _, close in apart) and apart else DIFFERENT
    if not apart:
        level = DIFFERENT  # equal numbers, other content: accuracy can stay while weights change
    earliest = sorted(
        (one for one, _ in apart), key=lambda one: -1 if one.step is None else one.step
    )
    divergences = tuple(earliest)  # first the metric that parts first; equal ones by name
    return Verdict(level, divergences=divergences, **facts)  # type: ignore[arg-type]


def _nothing(left_out: Sequence[str]) -> str:
    if left_out:
        what = "no artifacts, and no metrics but those that are left out"
    else:
        what = "neither metrics nor artifacts"
    return f"there is nothing to compare: the run has {what}"


def _divergence(
    name: str,
    a: Sequence[tuple[float, float]] | None,
    b: Sequence[tuple[float, float]] | None,
    rtol: float,
    atol: float,
) -> tuple[Divergence | None, bool]:
    """Return where one metric differs, if it does, and whether it is close all the same."""
    if a is None or b is None:
        return Divergence(name, None, None, None, math.inf), False
    first: Divergence | None = None
    largest, close = 0.0, len(a) == len(b)
    for (step, x), (other, y) in zip(a, b, strict=False):
        if same_bits(step, other) and same_bits(x, y):
            continue
        gap = abs(x - y) if same_bits(step, other) else math.inf
        largest = max(largest, gap if gap == gap else math.inf)
        close = close and math.isfinite(gap) and gap <= atol + rtol * abs(y)
        first = first or Divergence(name, step, x, y, 0.0)
    if len(a) != len(b):
        at = min(len(a), len(b))
        longer = a if len(a) > len(b) else b
        step, value = longer[at]
        left, right = (value, None) if longer is a else (None, value)
        first = first or Divergence(name, step, left, right, 0.0)
        largest = math.inf
    return (first._replace(largest=largest), close) if first else (None, True)


def same_bits(x: float, y: float) -> bool:
    """Say whether two numbers are the same value: NaN is NaN, and -0.0 is not 0.0."""
    if x != x or y != y:
        return x != x and y != y
    return x == y and math.copysign(1.0, x) == math.copysign(1.0, y)
