"""Numbers that limit a param: their checks, and the rounding of what is drawn between them."""

from __future__ import annotations

import math
import sys

from gittrack.core.errors import TrackError
from gittrack.core.standard.typing import Any
from gittrack.search.checks import short_repr

_SLACK = 1e-9  # of one step: 0.3 counts as a multiple of 0.1, though 0.3 / 0.1 is a bit less than 3


def finite_number(value: Any, label: str) -> float:
    """Return ``value`` if it is a finite number.

    Parameters
    ----------
    value : object
        A value of a sweep file or of a Python call.
    label : str
        What the value is, for the message: ``"min"``, ``"a probability"``.

    Raises
    ------
    TrackError
        If the value is not an int or a float (a bool is neither), or is nan or infinite.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TrackError(f"{label} is {short_repr(value)}, which is not a number", "write a number")
    if not -sys.float_info.max <= value <= sys.float_info.max:
        text = value if isinstance(value, float) else "too large"
        raise TrackError(f"{label} is {text}", "write a finite number")
    return value


def check_positive(value: Any, label: str) -> None:
    """Raise TrackError if ``value`` is not a finite number above 0; ``label`` names it."""
    if finite_number(value, label) <= 0:
        raise TrackError(f"{label} is {value}", "write a number above 0")


def check_order(low: float, high: float) -> None:
    """Raise TrackError if ``low`` is above ``high``."""
    if low > high:
        raise TrackError(f"min {low} is above max {high}", "swap them")


def multiples_between(low: float, high: float, q: float) -> tuple[int, int]:
    """Return the smallest and the largest n for which n * q lies between ``low`` and ``high``.

    The first is larger than the second if there is no such n.
    """
    return math.ceil(low / q - _SLACK), math.floor(high / q + _SLACK)


def rounded(value: float) -> float | int:
    """Return a float with 12 significant digits, and an int as it is."""
    return value if isinstance(value, int) else float(f"{value:.12g}")


def multiple(count: int, q: float) -> float | int:
    """Return ``count * q``: an int if q is an int, else a float with 12 significant digits."""
    return count * q if isinstance(q, int) else float(f"{count * q:.12g}")
