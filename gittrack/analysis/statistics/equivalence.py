"""Whether reruns with other seeds have the same mean as the original, within a margin.

A metric is CONSISTENT if an equivalence test rejects that the means differ by the margin or more.  It is
DIFFERENT if an interval for the difference lies outside the margin.  Otherwise the result is UNKNOWN, with
the number of reruns that would be needed.
"""

from __future__ import annotations

import bisect
import math
from typing import NamedTuple

from gittrack.analysis.statistics import samples, student
from gittrack.analysis.verdict import CONSISTENT, DIFFERENT, UNKNOWN
from gittrack.core.standard.collections import Mapping, Sequence

FEWEST = 3  # reruns that a claim needs
MOST_SEEDS = 1000
_POWER = 0.8


class Equivalence(NamedTuple):
    """The result of the test of one metric.

    Attributes
    ----------
    level : str
        CONSISTENT, DIFFERENT or UNKNOWN.
    margin : float
        The largest difference of the means that does not matter.
    originals, reruns : tuple of float
        The values of the metric.
    difference, low, high : float
        The mean of the reruns minus the mean of the originals, and its 90 % interval; NaN if there is none.
    needed : int or None
        For UNKNOWN: how many reruns decide it with a probability of 80 %, if the difference and the
        deviation stay as they are.  None if no number of reruns does.
    reason : str
        Why there is no interval; empty if there is one.
    """

    level: str
    margin: float
    originals: tuple[float, ...]
    reruns: tuple[float, ...]
    difference: float = math.nan
    low: float = math.nan
    high: float = math.nan
    needed: int | None = None
    reason: str = ""


def compare_means(
    originals: Sequence[float],
    reruns: Sequence[float],
    margin: float,
    *,
    metrics: int = 1,
    alpha: float = samples.ALPHA,
) -> Equivalence:
    """Return whether the mean of the reruns is within a margin of the mean of the originals.

    Parameters
    ----------
    originals : sequence of float
        The values of the original run and of its repetitions: one value, or more.
    reruns : sequence of float
        The values of the reruns, each with another seed.
    margin : float
        The largest difference of the means that does not matter, above 0, in units of the metric.
    metrics : int
        The number of metrics that are compared together; 1 by default.
    alpha : float
        The largest probability of a wrong CONSISTENT, and of a wrong DIFFERENT; 0.05 by default.

    Returns
    -------
    Equivalence
        UNKNOWN with a reason if there are fewer than ``FEWEST`` reruns, if a value is not finite, or if all
        reruns have the same value.

    Notes
    -----
    CONSISTENT is the two one-sided tests procedure (TOST): D. J. Schuirmann, "A comparison of the two
    one-sided tests procedure and the power approach for assessing the equivalence of average
    bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15 (1987).  It is the same as asking
    that the interval of confidence ``1 - 2 alpha`` lies within the margin.  If all metrics must pass, no
    correction is needed: R. L. Berger, "Multiparameter hypothesis testing and acceptance sampling",
    Technometrics 24 (1982).

    DIFFERENT asks that the interval of confidence ``1 - alpha / metrics`` lies outside the margin, because
    one of several metrics is enough for it (Bonferroni).

    The interval is Welch's (`samples.welch_interval`).  For a single original it is `prediction_interval`.
    """
    first, second = tuple(map(float, originals)), tuple(map(float, reruns))
    reason = _refusal(first, second)
    if reason:
        return Equivalence(UNKNOWN, margin, first, second, reason=reason)
    narrow, wide = (_interval(first, second, share) for share in (2 * alpha, alpha / metrics))
    result = Equivalence(UNKNOWN, margin, first, second, *narrow[:3])
    if not all(map(math.isfinite, (*narrow[:3], *wide[:3]))):
        return result._replace(reason="the values are too large")
    if -margin < narrow.low and narrow.high < margin:
        return result._replace(level=CONSISTENT)
    if wide.low > margin or wide.high < -margin:
        return result._replace(level=DIFFERENT)
    is_within = abs(result.difference) < margin
    return result._replace(
        needed=seeds_needed(first, second, margin, 2 * alpha if is_within else alpha / metrics)
    )


def overall(results: Mapping[str, Equivalence]) -> str:
    """Return CONSISTENT if every metric is, DIFFERENT if one is, else UNKNOWN."""
    levels = {result.level for result in results.values()}
    if DIFFERENT in levels:
        return DIFFERENT
    return CONSISTENT if levels == {CONSISTENT} else UNKNOWN


def prediction_interval(
    original: float, reruns: Sequence[float], alpha: float = samples.ALPHA
) -> samples.Interval:
    """Return the interval for the difference between the means of reruns and of a single original.

    Parameters
    ----------
    original : float
        The only value of the original.
    reruns : sequence of float
        At least two values, not all equal.
    alpha : float
        The probability that the interval misses the difference; 0.05 for 95 %.

    Notes
    -----
    ``mean(reruns) - original`` with the half-width ``t s sqrt(1 + 1 / n)``, n - 1 degrees of freedom: the
    interval for a single further value (G. J. Hahn, "Finding an interval for the next observation from a
    normal population", Journal of Quality Technology 1 (1969)).  It assumes that the original has the same
    deviation as the reruns, because one value does not show its own.
    """
    error = samples.deviation(reruns) * math.sqrt(1 + 1 / len(reruns))
    reach = student.quantile(alpha, len(reruns) - 1) * error
    difference = samples.mean(reruns) - original
    return samples.Interval(difference, difference - reach, difference + reach, len(reruns) - 1)


def seeds_needed(
    originals: Sequence[float], reruns: Sequence[float], margin: float, alpha: float
) -> int | None:
    """Return the number of reruns that decide with a probability of 80 %; None if no number does.

    Parameters
    ----------
    originals, reruns : sequence of float
        The values so far.
    margin : float
        The margin.
    alpha : float
        The probability that the interval of the decision misses the difference.

    Notes
    -----
    The condition is ``t(alpha) error(n) + t(0.1) s / sqrt(n) <= | margin - |difference| |``, with the
    difference and the deviation s of the reruns so far.  The second term is how far the mean of n reruns
    varies to either side (K. F. Phillips, "Power of the two one-sided tests procedure in bioequivalence",
    Journal of Pharmacokinetics and Biopharmaceutics 18 (1990), has the exact power, which differs little).
    """
    gap = abs(margin - abs(samples.mean(reruns) - samples.mean(originals)))
    spread, count = samples.deviation(reruns), len(originals)
    fixed = (samples.deviation(originals) if count > 1 else spread) ** 2 / count

    def is_enough(n: int) -> bool:
        moving = spread**2 / n
        noise = student.quantile(1 - _POWER, n - 1) * math.sqrt(moving)
        df: float = n - 1
        if count > 1:  # as in `samples.welch_interval`
            parts = fixed**2 / (count - 1) + moving**2 / (n - 1)
            df = min((fixed + moving) ** 2 / parts, 2 * (min(n, count) - 1))
        return student.quantile(alpha, df) * math.sqrt(fixed + moving) + noise <= gap

    sizes = range(len(reruns) + 1, MOST_SEEDS + 1)
    position = bisect.bisect_left(sizes, True, key=is_enough)  # it becomes easier with n
    return sizes[position] if position < len(sizes) else None


def _interval(
    originals: Sequence[float], reruns: Sequence[float], alpha: float
) -> samples.Interval:
    if len(originals) == 1:
        return prediction_interval(originals[0], reruns, alpha)
    return samples.welch_interval(reruns, originals, alpha)


def _refusal(originals: Sequence[float], reruns: Sequence[float]) -> str:
    if not all(map(math.isfinite, originals)):
        return "the original diverged"
    if not all(map(math.isfinite, reruns)):
        diverged = sum(not math.isfinite(value) for value in reruns)
        return f"{diverged} of {len(reruns)} reruns diverged"
    if len(reruns) < FEWEST:
        return f"{len(reruns)} reruns are too few: at least {FEWEST} are needed"
    if samples.is_constant(reruns):
        return "all reruns have the same value, so the seed has no effect on it"
    return ""
