"""Numbers that bound a param: checked when they are given, rounded when they are drawn."""

from __future__ import annotations

import math
import sys
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.search.checks import shortly


def finite(value: Any, what: str) -> float:
    """Return a number.  Raises TrackError for what is none, nan or infinite; ``what`` names it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TrackError(f"{what} is {shortly(value)}, which is no number", "write a number")
    if not -sys.float_info.max <= value <= sys.float_info.max:
        shown = value if isinstance(value, float) else "too large"
        raise TrackError(f"{what} is {shown}", "write a finite number")
    return value


def positive(value: Any, what: str) -> None:
    """Raise TrackError for what is not a number above 0."""
    if finite(value, what) <= 0:
        raise TrackError(f"{what} is {value}", "it must be above 0")


def ordered(low: float, high: float) -> None:
    """Raise TrackError where ``low`` is above ``high``."""
    if low > high:
        raise TrackError(f"min {low} is above max {high}", "swap them")


def multiples(low: float, high: float, q: float) -> tuple[int, int]:
    """Return the first and last whole number whose multiple of q lies within the bounds.

    0.3 is a multiple of 0.1, though 0.3 / 0.1 is a bit less than 3.
    """
    slack = 1e-9
    return math.ceil(low / q - slack), math.floor(high / q + slack)


def rounded(value: float) -> float | int:
    """Return a float with 12 significant digits; whole numbers stay whole."""
    return value if isinstance(value, int) else float(f"{value:.12g}")


def multiple(count: int, q: float) -> float | int:
    """Return a multiple of ``q``: whole where q is, else with 12 significant digits."""
    return count * q if isinstance(q, int) else float(f"{count * q:.12g}")
