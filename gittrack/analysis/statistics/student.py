"""Student's t distribution: its tails and its quantiles, without a library.

The tails are the regularized incomplete beta function (NIST Digital Library of Mathematical Functions,
8.17; Abramowitz and Stegun, 26.5 and 26.7).  It is computed by its continued fraction (8.17.22) with the
method of Lentz.  Newton's method on the logarithm of the tail gives the quantiles.
"""

from __future__ import annotations

import math

_TINY = 1e-300
_PRECISE = 1e-16


def tails(t: float, df: float) -> float:
    """Return the probability that Student's t lies beyond ``t`` on either side.

    Parameters
    ----------
    t : float
        A value of the statistic; its sign does not matter.
    df : float
        The degrees of freedom, above 0; they need not be whole.

    Returns
    -------
    float
        From 0 to 1; 1 for ``t = 0``.
    """
    square = t * t
    if square == 0.0:
        return 1.0
    if math.isinf(square):
        return 0.0
    rest = square / (df + square)
    return incomplete_beta(1 - rest if square < df else df / (df + square), rest, df / 2, 0.5)


def density(t: float, df: float) -> float:
    """Return the density of Student's t at ``t``."""
    scale = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(scale - (df + 1) / 2 * math.log1p(t * t / df))


def quantile(alpha: float, df: float) -> float:
    """Return the t that Student's t exceeds on either side with probability ``alpha``.

    It is the half-width of an interval of ``1 - alpha`` confidence, in standard errors.

    Parameters
    ----------
    alpha : float
        The probability of both tails together, above 0 and below 1: 0.05 for an interval of 95 %.
    df : float
        The degrees of freedom, above 0.

    Returns
    -------
    float
        Above 0.
    """
    t = 1.0
    for _ in range(100):
        tail = tails(t, df)
        if tail <= 0.0:
            t /= 2
            continue
        # In log t, the logarithm of the tail is nearly a line for small df, and bends down for large.
        step = (math.log(tail) - math.log(alpha)) * tail / (2 * density(t, df) * t)
        t *= math.exp(max(-2.0, min(2.0, step)))
        if abs(step) < 1e-14:
            break
    return t


def incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """Return the regularized incomplete beta function I_x(a, b).

    Parameters
    ----------
    x : float
        From 0 to 1.
    rest : float
        1 - x, which the caller may know without rounding.
    a, b : float
        The parameters of the function, above 0.

    Notes
    -----
    With a = (n - k) / 2 and b = (k - 1) / 2, it is the probability that k groups of n normal values explain
    more than the share 1 - x of the variance by chance.
    """
    if x <= 0.0 or rest <= 0.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction of the complement converges faster
        return 1.0 - incomplete_beta(rest, x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logarithm + a * math.log(x) + b * math.log(rest)) / a
    return front / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """Return the denominator 1 + d1 / (1 + d2 / (1 + ...)) of the continued fraction."""
    value, c, d = 1.0, 1.0, 0.0
    for number in range(1, 10_000):
        m = number // 2
        if number % 2:
            part = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            part = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / ((1.0 + part * d) or _TINY)
        c = (1.0 + part / c) or _TINY
        value *= c * d
        if abs(c * d - 1.0) < _PRECISE * 4:
            break
    return value
