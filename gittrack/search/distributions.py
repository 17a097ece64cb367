"""The values that a param can have, as distributions.

A distribution maps a number between 0 and 1 to a value: `at` is its quantile function.  So one source of
such numbers, random or Sobol's, works for all distributions.  `grid` lists all values if they can be
counted.  Floats have 12 significant digits: they are short to read and to type, and machines whose ``exp``
differs in the last bit agree.
"""

# ruff: noqa: D102 - the methods are documented once, in Distribution
from __future__ import annotations

import math
import re

from gittrack.core.errors import TrackError
from gittrack.core.scalars import flow_text, scalar_text
from gittrack.core.standard.typing import Any, NamedTuple, Protocol
from gittrack.search.bounds import multiple, multiples_between, rounded

_MAX_GRID = 1_000_000


class Distribution(Protocol):
    """The values that a param can have."""

    def at(self, u: float) -> Any:
        """Return the value at the quantile ``u``, a number strictly between 0 and 1."""

    def grid(self) -> tuple[Any, ...] | None:
        """Return every value, in order, or None if they cannot be counted.

        Raises TrackError for more than a million values.
        """

    def text(self) -> str:
        """Return the distribution as the command line writes it."""


class Choice(NamedTuple):
    """One of ``values``; ``cumulated`` are the sums of their probabilities, empty if all are equal."""

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
    """Whole numbers from ``low`` to ``high``, both included: low, low + step, ..."""

    low: int
    high: int
    step: int = 1

    def at(self, u: float) -> int:
        count = (self.high - self.low) // self.step + 1
        return self.low + self.step * (int(u * (1 << 53)) * count >> 53)

    def grid(self) -> tuple[int, ...]:
        _check_count(self, (self.high - self.low) // self.step + 1)
        return tuple(range(self.low, self.high + 1, self.step))

    def text(self) -> str:
        step = "" if self.step == 1 else f",{self.step}"
        return f"randint({self.low},{self.high}{step})"


class Uniform(NamedTuple):
    """Numbers from ``low`` to ``high``, uniformly distributed; with ``log``, their logarithms are.

    With ``step``, only low, low + step, ...  With ``q``, only multiples of q between the bounds: each draw
    is rounded to the nearest.
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
        """Return the value of the distribution that is nearest to ``value``."""
        if self.step is not None:
            index = round((value - self.low) / self.step)
            return self._stair(min(max(index, 0), self._steps() - 1))
        if self.q is not None:
            first, last = multiples_between(self.low, self.high, self.q)
            return multiple(min(max(round(value / self.q), first), last), self.q)
        return float(min(max(rounded(value), self.low), self.high))

    def grid(self) -> tuple[float | int, ...] | None:
        if self.step is not None:
            _check_count(self, self._steps())
            return tuple(map(self._stair, range(self._steps())))
        if self.q is not None:
            first, last = multiples_between(self.low, self.high, self.q)
            _check_count(self, last - first + 1)
            return tuple(multiple(i, self.q) for i in range(first, last + 1))
        return None

    def _stair(self, index: int) -> float | int:
        assert self.step is not None
        return min(max(rounded(self.low + self.step * index), self.low), self.high)

    def _steps(self) -> int:
        assert self.step is not None
        return multiples_between(0, self.high - self.low, self.step)[1] + 1

    def text(self) -> str:
        name = ("q" if self.q is not None else "") + ("loguniform" if self.log else "uniform")
        steps = [size for size in (self.step, self.q) if size is not None]
        return f"{name}({','.join(map(flow_text, (self.low, self.high, *steps)))})"


class Normal(NamedTuple):
    """Normally distributed numbers; with ``log``, their logarithms are; with ``q``, multiples of q."""

    mu: float
    sigma: float
    log: bool = False
    q: float | None = None

    def at(self, u: float) -> float | int:
        from statistics import NormalDist  # noqa: PLC0415 - 10 ms that few sweeps need

        value = self.mu + self.sigma * NormalDist().inv_cdf(u)
        value = math.exp(value) if self.log else value
        return rounded(value) if self.q is None else multiple(round(value / self.q), self.q)

    def grid(self) -> None:
        return None

    def text(self) -> str:
        name = ("q" if self.q is not None else "") + ("lognormal" if self.log else "normal")
        steps = [] if self.q is None else [self.q]
        return f"{name}({','.join(map(flow_text, (self.mu, self.sigma, *steps)))})"


def _check_count(distribution: Distribution, count: int) -> None:
    if count > _MAX_GRID:
        raise TrackError(
            f"{distribution.text()} has {count:,} values", "give it a larger step for a grid"
        )


def _word(value: Any) -> str:
    bare = isinstance(value, str) and re.fullmatch(r"[A-Za-z_][\w.-]*", value)
    return value if bare and scalar_text(value) == value else flow_text(value)
