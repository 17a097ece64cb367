"""Search spaces: the functions that make distributions, with their checks; `gittrack.sweep` offers them."""

from __future__ import annotations

import math

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.core.values import plain
from gittrack.search.bounds import check_order, check_positive, finite_number, multiples_between
from gittrack.search.checks import short_repr
from gittrack.search.distributions import Choice, Distribution, Integers, Normal, Uniform

_MAX_STEPS = 1e15  # more steps or multiples than this are not exact in floats
_EXAMPLE = "give it params, such as {'lr': [0.1, 0.01]}"


def choice(values: Iterable[Any], probabilities: Sequence[float] | None = None) -> Choice:
    """Return the distribution of one of some values.

    Parameters
    ----------
    values : iterable
        The values: plain ones, or whatever `core.values.plain` turns into plain ones.
    probabilities : sequence of float, optional
        The probability of each value; they add up to 1.  Default: all values are equally likely.

    Returns
    -------
    Choice

    Raises
    ------
    TrackError
        If there are no values, or if the probabilities do not fit them.
    """
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise TrackError(
            f"a choice of {short_repr(values)}, which is not a list", "write choice([...])"
        )
    options = tuple(plain(value, "choice") for value in values)
    if not options:
        raise TrackError("a choice of no values", "give it at least one")
    if probabilities is None:
        return Choice(options)
    if len(probabilities) != len(options):
        raise TrackError(
            f"{len(options)} values with {len(probabilities)} probabilities",
            "give each value one probability",
        )
    weights = [finite_number(probability, "a probability") for probability in probabilities]
    if min(weights) < 0 or not math.isclose(math.fsum(weights), 1, rel_tol=1e-6):
        raise TrackError(
            f"the probabilities add up to {math.fsum(weights):g}",
            "they must be 0 or more and add up to 1",
        )
    return Choice(options, tuple(math.fsum(weights[: i + 1]) for i in range(len(weights))))


def randint(low: int, high: int, step: int = 1) -> Integers:
    """Return the distribution of whole numbers, all equally likely.

    Parameters
    ----------
    low, high : int
        The bounds, both included.
    step : int, optional
        Only low, low + step, ...  Default: 1.

    Returns
    -------
    Integers

    Raises
    ------
    TrackError
        If a value is not an int, ``low`` is above ``high``, or ``step`` is not above 0.
    """
    for bound in (low, high, step):
        if isinstance(bound, bool) or not isinstance(bound, int):
            raise TrackError(
                f"{bound!r} is not a whole number", "use uniform for numbers with a point"
            )
    check_order(low, high)
    check_positive(step, "the step")
    return Integers(low, high, step)


def uniform(low: float, high: float, step: float | None = None, q: float | None = None) -> Uniform:
    """Return the distribution of numbers that are all equally likely.

    Parameters
    ----------
    low, high : float
        The bounds, both included.
    step : float, optional
        Only low, low + step, ...
    q : float, optional
        Only multiples of q.

    Returns
    -------
    Uniform

    Raises
    ------
    TrackError
        If a bound is not a finite number, ``low`` is above ``high``, or a step is too small.
    """
    check_order(finite_number(low, "min"), finite_number(high, "max"))
    return _checked_steps(Uniform(low, high, step, q=q))


def log_uniform(low: float, high: float, q: float | None = None) -> Uniform:
    """Return the distribution of numbers whose logarithms are uniformly distributed.

    Parameters
    ----------
    low, high : float
        The bounds of the numbers (not of their logarithms), both included; above 0.
    q : float, optional
        Only multiples of q.

    Returns
    -------
    Uniform

    Raises
    ------
    TrackError
        If a bound is not a finite number above 0, or ``low`` is above ``high``.
    """
    check_order(finite_number(low, "min"), finite_number(high, "max"))
    if low <= 0:
        raise TrackError(f"the logarithm of {low} does not exist", "min must be above 0")
    return _checked_steps(Uniform(low, high, log=True, q=q))


def normal(mu: float = 0.0, sigma: float = 1.0, q: float | None = None) -> Normal:
    """Return a normal distribution.

    Parameters
    ----------
    mu : float, optional
        The mean.  Default: 0.
    sigma : float, optional
        The standard deviation, above 0.  Default: 1.
    q : float, optional
        Only multiples of q.

    Returns
    -------
    Normal

    Raises
    ------
    TrackError
        If a value is not a finite number, or ``sigma`` or ``q`` is not above 0.
    """
    return _checked_range(Normal(mu, sigma, q=q))


def log_normal(mu: float = 0.0, sigma: float = 1.0, q: float | None = None) -> Normal:
    """Return the distribution of numbers whose logarithm is normally distributed.

    Parameters
    ----------
    mu : float, optional
        The mean of the logarithm.  Default: 0.
    sigma : float, optional
        The standard deviation of the logarithm, above 0.  Default: 1.
    q : float, optional
        Only multiples of q.

    Returns
    -------
    Normal

    Raises
    ------
    TrackError
        As `normal`; also if draws could be too large for a float.
    """
    return _checked_range(Normal(mu, sigma, log=True, q=q))


def _checked_range(distribution: Normal) -> Normal:
    mu, sigma, log, q = distribution
    finite_number(mu, "mu")
    check_positive(sigma, "sigma")
    farthest = abs(mu) + 10 * sigma  # no draw is farther out
    if q is not None:
        check_positive(q, "q")
    exact = q is None or farthest <= _MAX_STEPS * q
    if not exact or farthest > (500 if log else 1e300):
        raise TrackError(f"{distribution.text()} reaches too far", "choose a smaller sigma")
    return distribution


def _checked_steps(distribution: Uniform) -> Uniform:
    low, high, step, _, q = distribution
    for name, size in (("the step", step), ("q", q)):
        if size is not None:
            check_positive(size, name)
            if max(abs(low), abs(high)) / size > _MAX_STEPS:
                raise TrackError(f"{name} {size} is too small for {high}", "choose a larger one")
    if q is not None:
        first, last = multiples_between(low, high, q)
        if first > last:
            raise TrackError(
                f"no multiple of {q} lies between {low} and {high}", "choose a smaller q"
            )
    return distribution


def from_mapping(params: Mapping[str, Any]) -> dict[str, Distribution]:
    """Return the search space that a Python caller describes.

    Parameters
    ----------
    params : mapping
        For each name a distribution, a list, tuple, range or one-dimensional array of values, or one value.

    Returns
    -------
    dict
        A distribution for each name, in the same order.

    Raises
    ------
    TrackError
        If ``params`` is not a mapping, is empty, or has a value that cannot be searched.
    """
    if not isinstance(params, Mapping):
        problem = f"the space is {short_repr(params)}, which is not a mapping"
        raise TrackError(problem, _EXAMPLE)
    if not params:
        raise TrackError("the space is empty", _EXAMPLE)
    return {name: _from_value(name, value) for name, value in params.items()}


def _from_value(name: str, value: Any) -> Distribution:
    if getattr(value, "ndim", 0) == 1:  # an array, such as np.logspace(-3, -1, 5)
        value = value.tolist()
    if isinstance(value, (Choice, Integers, Uniform, Normal)):
        return value
    if isinstance(value, (set, frozenset)):
        raise TrackError(f"the values of {name} are a set, which has no order", "give it a list")
    values = value if isinstance(value, (list, tuple, range)) else [value]
    return choice([plain(option, name) for option in values])
