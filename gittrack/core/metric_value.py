"""The value of a metric or step as an int or a float, exactly."""

from __future__ import annotations

import math

from gittrack.core import foreign_objects
from gittrack.core.errors import NotANumber
from gittrack.core.standard.typing import Any
from gittrack.core.values import short_text

MOST = 10**299  # readers accept metrics and steps up to 10**300, so that steps can grow from here


def number(value: Any, name: str) -> int | float:
    """Return the value of the metric ``name`` as an int or float, exactly.

    Parameters
    ----------
    value
        A scalar of Python, NumPy or torch, or an array of one element.
    name : str
        The name of the metric, for the error.

    Raises
    ------
    NotANumber
        If the value is not a number that an int or a float holds exactly.
    """
    if type(value) is float:
        return value
    if isinstance(value, int) and -MOST < value < MOST:
        return int(value)
    if isinstance(value, float):  # a subclass: np.float64
        return float(value)
    if foreign_objects.is_masked(value):
        return math.nan
    item = getattr(value, "item", None)
    if (item is not None and getattr(value, "size", 1) in (1, item)) or _has_one_element(value):
        scalar = item() if item is not None else value
        if type(scalar) in (int, float, bool):
            return number(scalar, name)
        value = scalar
    try:
        as_float = float(value) if not isinstance(value, (str, bytes)) else None
    except (TypeError, ValueError, OverflowError):  # OverflowError: an int beyond all floats
        as_float = None
    if as_float is not None and (value == as_float or math.isnan(as_float)):
        return as_float
    raise NotANumber(
        f"the metric {name!r} is {short_text(value)}, not a number that a float holds exactly",
        "log a number; put text into params, notes or tags",
    )


def _has_one_element(value: Any) -> bool:
    count = getattr(value, "numel", None)
    return count is not None and callable(count) and count() == 1
