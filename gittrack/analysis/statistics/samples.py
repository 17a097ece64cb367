"""Means of samples, and intervals for the difference of two means: Welch's and the paired t."""

from __future__ import annotations

import math
from typing import NamedTuple

from gittrack.analysis.statistics import student
from gittrack.core.standard.collections import Sequence

ALPHA = 0.05
_ROUNDING = 1e-12  # a deviation that is smaller, relative to the values, is rounding


class Interval(NamedTuple):
    """A difference of two means and its confidence interval; ``df`` is the number of degrees of freedom."""

    difference: float
    low: float
    high: float
    df: float


def mean(values: Sequence[float]) -> float:
    """Return the mean, also if the sum of the values is larger than any float."""
    scale = _scale(values)
    return math.ldexp(math.fsum(math.ldexp(x, -scale) for x in values) / len(values), scale)


def deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation (n - 1) of at least two values; exactly 0 if all are equal."""
    if min(values) == max(values):
        return 0.0
    scale = _scale(values)
    small = [math.ldexp(x, -scale) for x in values]
    middle = math.fsum(small) / len(small)
    square = math.fsum((x - middle) ** 2 for x in small) / (len(small) - 1)
    try:
        return math.ldexp(math.sqrt(square), scale)
    except OverflowError:
        return math.inf


def _scale(values: Sequence[float]) -> int:
    """Return the power of two that brings the largest value below 1; scaling by it rounds nothing."""
    return max(math.frexp(x)[1] for x in values)


def is_constant(values: Sequence[float]) -> bool:
    """Return whether the values differ only by rounding."""
    return deviation(values) <= _ROUNDING * max(map(abs, values))


def welch_interval(a: Sequence[float], b: Sequence[float], alpha: float = ALPHA) -> Interval:
    """Return the interval of Welch's t for the difference of the means of two independent samples.

    Parameters
    ----------
    a, b : sequence of float
        At least two values each, not all equal.
    alpha : float
        The probability that the interval misses the difference; 0.05 for 95 %.

    Notes
    -----
    B. L. Welch, "The generalization of 'Student's' problem when several different population variances
    are involved", Biometrika 34 (1947), with the degrees of freedom of Welch and Satterthwaite; but at most
    twice those of the smaller sample.  Reason: a small sample beside a large one hides its own spread too
    often (3 against 20 values: 7.5 % of intervals of 95 % miss without this limit, 6.6 % with it).
    """
    scale = max(_scale(a), _scale(b))
    a, b = ([math.ldexp(x, -scale) for x in side] for side in (a, b))
    errors = [deviation(side) ** 2 / len(side) for side in (a, b)]
    total = math.fsum(errors)
    parts = (error**2 / (len(side) - 1) for error, side in zip(errors, (a, b), strict=True))
    df = min(total**2 / math.fsum(parts), 2 * (min(len(a), len(b)) - 1))
    return _interval(mean(a) - mean(b), math.sqrt(total), df, alpha, scale)


def paired_interval(differences: Sequence[float], alpha: float = ALPHA) -> Interval:
    """Return the paired t interval for the mean of differences.

    Parameters
    ----------
    differences : sequence of float
        The difference of each pair: at least two values, not all equal.
    alpha : float
        The probability that the interval misses the true mean; 0.05 for 95 %.

    Notes
    -----
    Student (W. S. Gosset), "The probable error of a mean", Biometrika 6 (1908).
    """
    scale = _scale(differences)
    small = [math.ldexp(x, -scale) for x in differences]
    error = deviation(small) / math.sqrt(len(small))
    return _interval(mean(small), error, len(small) - 1, alpha, scale)


def _interval(difference: float, error: float, df: float, alpha: float, scale: int) -> Interval:
    reach = student.quantile(alpha, df) * error
    scaled = (difference, difference - reach, difference + reach)
    try:
        difference, low, high = (math.ldexp(x, scale) for x in scaled)
    except OverflowError:
        difference = low = high = math.nan
    return Interval(difference, low, high, df)
