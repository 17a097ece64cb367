"""What a param can be: distributions as values.

A distribution maps a number between 0 and 1 to a value (its quantile function, ``at``), so one
source of such numbers, random or Sobol's, serves them all; and it lists all of its values (``grid``) where
they can be counted.  Floats have 12 significant digits: short to read and to type, and the last bit of
a machine's ``exp`` does not tell two machines apart.
"""

# ruff: noqa: D102 - the methods are documented once, in Distribution
from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from gittrack.core.errors import TrackError
from gittrack.core.scalars import flow_text, scalar_text
from gittrack.core.values import plain
from gittrack.search.bounds import finite, multiple, multiples, ordered, positive, rounded
from gittrack.search.checks import shortly

_MAX_GRID = 1_000_000
_MAX_STEPS = 1e15  # beyond, steps and multiples are not exact any more


class Distribution(Protocol):
    """What a param can be."""

    def at(self, u: float) -> Any:
        """Return the value at the quantile ``u``, strictly between 0 and 1."""

    def grid(self) -> tuple[Any, ...] | None:
        """Return every value, in order, or None where they cannot be counted."""

    def text(self) -> str:
        """Return it as it is written on the command line."""


class Choice(NamedTuple):
    """One of some values; ``cumulated`` are the sums of their probabilities, empty for equal ones."""

    values: tuple[Any, ...]
    cumulated: tuple[float, ...] = ()

    def at(self, u: float) -> Any:
        if not self.cumulated:
            return self.values[int(u * len(self.values))]
        below = sum(limit <= u * self.cumulated[-1] for limit in self.cumulated)
        return self.values[min(below, len(self.values) - 1)]

    def grid(self) -> tuple[Any, ...]:
        return self.values

    def text(self) -> str:
        inside = ",".join(map(_word, self.values))
        return inside if len(self.values) == 1 else f"choice({inside})"


class Integers(NamedTuple):
    """Whole numbers from ``low`` to ``high``, both included, in steps."""

    low: int
    high: int
    step: int = 1

    def at(self, u: float) -> int:
        count = (self.high - self.low) // self.step + 1
        return self.low + self.step * (int(u * (1 << 53)) * count >> 53)

    def grid(self) -> tuple[int, ...]:
        _countable(self, (self.high - self.low) // self.step + 1)
        return tuple(range(self.low, self.high + 1, self.step))

    def text(self) -> str:
        step = "" if self.step == 1 else f",{self.step}"
        return f"randint({self.low},{self.high}{step})"


class Uniform(NamedTuple):
    """Numbers from ``low`` to ``high``: all alike, or their logarithms (``log``).

    With ``step`` only low, low + step and so on.  With ``q`` only multiples of q, the nearest to each
    draw that lie within the bounds.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False
    q: float | None = None

    def at(self, u: float) -> float | int:
        if self.step is not None:
            return self._stair(int(u * self._steps()))
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            return self.nearest(math.exp(low + u * (high - low)))
        return self.nearest(self.low * (1 - u) + self.high * u)

    def nearest(self, value: float) -> float | int:
        """Return the value of the distribution that is nearest to a number."""
        if self.step is not None:
            place = min(max(round((value - self.low) / self.step), 0), self._steps() - 1)
            return self._stair(place)
        if self.q is not None:
            first, last = multiples(self.low, self.high, self.q)
            return multiple(min(max(round(value / self.q), first), last), self.q)
        return float(min(max(rounded(value), self.low), self.high))

    def grid(self) -> tuple[float | int, ...] | None:
        if self.step is not None:
            _countable(self, self._steps())
            return tuple(map(self._stair, range(self._steps())))
        if self.q is not None:
            first, last = multiples(self.low, self.high, self.q)
            _countable(self, last - first + 1)
            return tuple(multiple(i, self.q) for i in range(first, last + 1))
        return None

    def _stair(self, place: int) -> float | int:
        assert self.step is not None
        return min(max(rounded(self.low + self.step * place), self.low), self.high)

    def _steps(self) -> int:
        assert self.step is not None
        return multiples(0, self.high - self.low, self.step)[1] + 1

    def text(self) -> str:
        name = ("q" if self.q is not None else "") + ("loguniform" if self.log else "uniform")
        more = [x for x in (self.step, self.q) if x is not None]
        return f"{name}({','.join(map(flow_text, (self.low, self.high, *more)))})"


class Normal(NamedTuple):
    """Numbers around ``mu``, or whose logarithm is (``log``); with ``q``, rounded to multiples of it."""

    mu: float
    sigma: float
    log: bool = False
    q: float | None = None

    def at(self, u: float) -> float | int:
        from statistics import NormalDist  # noqa: PLC0415 - 10 ms that few sweeps have a use for

        value = self.mu + self.sigma * NormalDist().inv_cdf(u)
        value = math.exp(value) if self.log else value
        return rounded(value) if self.q is None else multiple(round(value / self.q), self.q)

    def grid(self) -> None:
        return None

    def text(self) -> str:
        name = ("q" if self.q is not None else "") + ("lognormal" if self.log else "normal")
        more = [] if self.q is None else [self.q]
        return f"{name}({','.join(map(flow_text, (self.mu, self.sigma, *more)))})"


def choice(values: Iterable[Any], probabilities: Sequence[float] | None = None) -> Choice:
    """Return one of ``values``, all alike or with ``probabilities``.  Raises TrackError."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise TrackError(f"a choice of {shortly(values)}, which is no list", "write choice([...])")
    found = tuple(plain(value, "choice") for value in values)
    if not found:
        raise TrackError("a choice of no values", "give it at least one")
    if probabilities is None:
        return Choice(found)
    if len(probabilities) != len(found):
        raise TrackError(
            f"{len(found)} values with {len(probabilities)} probabilities", "give one to each value"
        )
    weights = [finite(one, "a probability") for one in probabilities]
    if min(weights) < 0 or not math.isclose(math.fsum(weights), 1, rel_tol=1e-6):
        raise TrackError(
            f"the probabilities add up to {math.fsum(weights):g}",
            "they are 0 or more and add up to 1",
        )
    return Choice(found, tuple(math.fsum(weights[: i + 1]) for i in range(len(weights))))


def randint(low: int, high: int, step: int = 1) -> Integers:
    """Return whole numbers from ``low`` to ``high``, both included.  Raises TrackError."""
    for bound in (low, high, step):
        if isinstance(bound, bool) or not isinstance(bound, int):
            raise TrackError(
                f"{bound!r} is no whole number", "use uniform for numbers with a point"
            )
    ordered(low, high)
    positive(step, "the step")
    return Integers(low, high, step)


def uniform(low: float, high: float, step: float | None = None, q: float | None = None) -> Uniform:
    """Return numbers from ``low`` to ``high``.  Raises TrackError."""
    ordered(finite(low, "min"), finite(high, "max"))
    return _lattice(Uniform(low, high, step, q=q))


def log_uniform(low: float, high: float, q: float | None = None) -> Uniform:
    """Return numbers from ``low`` to ``high`` whose logarithms are all alike.  Raises TrackError."""
    ordered(finite(low, "min"), finite(high, "max"))
    if low <= 0:
        raise TrackError(f"the logarithm of {low} does not exist", "min must be above 0")
    return _lattice(Uniform(low, high, log=True, q=q))


def normal(mu: float = 0.0, sigma: float = 1.0, q: float | None = None) -> Normal:
    """Return normally distributed numbers.  Raises TrackError."""
    return _bell(Normal(mu, sigma, q=q))


def log_normal(mu: float = 0.0, sigma: float = 1.0, q: float | None = None) -> Normal:
    """Return numbers whose logarithm is normally distributed.  Raises TrackError."""
    return _bell(Normal(mu, sigma, log=True, q=q))


def _bell(found: Normal) -> Normal:
    finite(found.mu, "mu")
    positive(found.sigma, "sigma")
    most = abs(found.mu) + 10 * found.sigma  # no draw is further out
    if found.q is not None:
        positive(found.q, "q")
    exact = found.q is None or most <= _MAX_STEPS * found.q
    if not exact or most > (500 if found.log else 1e300):
        raise TrackError(f"{found.text()} reaches too far", "choose a smaller sigma")
    return found


def _countable(one: Distribution, count: int) -> None:
    if count > _MAX_GRID:
        raise TrackError(f"{one.text()} has {count:,} values", "give it a larger step for a grid")


def _lattice(found: Uniform) -> Uniform:
    for name, size in (("the step", found.step), ("q", found.q)):
        if size is not None:
            positive(size, name)
            if max(abs(found.low), abs(found.high)) / size > _MAX_STEPS:
                raise TrackError(
                    f"{name} {size} is too small for {found.high}", "choose a larger one"
                )
    if found.q is not None:
        first, last = multiples(found.low, found.high, found.q)
        if first > last:
            raise TrackError(
                f"no multiple of {found.q} lies between {found.low} and {found.high}",
                "choose a smaller q",
            )
    return found


def _word(value: Any) -> str:
    bare = isinstance(value, str) and re.fullmatch(r"[A-Za-z_][\w.-]*", value)
    return value if bare and scalar_text(value) == value else flow_text(value)


def from_mapping(params: Mapping[str, Any]) -> dict[str, Distribution]:
    """Return a space given from Python: distributions; lists, ranges or arrays of values; or one value.

    Raises TrackError.
    """
    example = "give it params, such as {'lr': [0.1, 0.01]}"
    if not isinstance(params, Mapping):
        raise TrackError(f"the space is {shortly(params)}, which is no mapping", example)
    if not params:
        raise TrackError("the space is empty", example)
    found: dict[str, Distribution] = {}
    for name, given in params.items():
        one = given.tolist() if getattr(given, "ndim", 0) == 1 else given  # np.logspace(-3, -1, 5)
        if isinstance(one, (Choice, Integers, Uniform, Normal)):
            found[name] = one
        elif isinstance(one, (set, frozenset)):
            raise TrackError(
                f"the values of {name} are a set, which has no order", "give it a list"
            )
        elif isinstance(one, (list, tuple, range)):
            found[name] = choice([plain(value, name) for value in one])
        else:
            found[name] = choice([plain(one, name)])
    return found
