"""The position of a value on an axis, from 0 to 1, and the labels of the axis."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from gittrack.analysis.sweep_ranking import is_number
from gittrack.analysis.sweep_view import Axis
from gittrack.core.scalars import flow_text
from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.show.terminal import text

_LABEL = 14
_WIDE = 20  # if the largest score is this many times the smallest, the scale is logarithmic


class Scale(NamedTuple):
    """An axis of numbers from ``low`` to ``high``, or of choices (``keys``), evenly spaced."""

    low: float = 0.0
    high: float = 1.0
    log: bool = False
    keys: tuple[str, ...] = ()

    def position(self, value: Any) -> float | None:
        """Return the position of a value, 0 to 1; None if the value does not fit the axis."""
        if self.keys:
            key = flow_text(value)
            return (self.keys.index(key) + 0.5) / len(self.keys) if key in self.keys else None
        if not is_number(value) or (self.log and value <= 0):
            return None
        point, low, high = (self._transform(x) for x in (value, self.low, self.high))
        return (point / 2 - low / 2) / (high / 2 - low / 2)  # the difference of halves is finite

    def ticks(self, most: int = 6) -> list[tuple[float, str]]:
        """Return (position, label) of at most about ``most`` marks; every choice has a mark."""
        if self.keys:
            count = len(self.keys)
            return [((i + 0.5) / count, choice_label(key)) for i, key in enumerate(self.keys)]
        values = _decades(self.low, self.high, most) if self.log else []
        if len(values) < 2:
            values = _round_values(self.low, self.high, most)
        marks = [(self.position(value), number_label(value)) for value in values]
        return [(p, label) for p, label in marks if p is not None and -1e-9 <= p <= 1 + 1e-9]

    def _transform(self, value: float) -> float:
        return math.log10(value) if self.log else float(value)


def of_axis(axis: Axis, values: Iterable[Any]) -> Scale:
    """Return the scale of a parameter: its declared bounds or choices, extended to all values tried."""
    tried = list(values)
    if axis.kind == "choice":
        choices: list[Any] = [*axis.values, *tried]
        if all(is_number(choice) for choice in choices):
            choices.sort()
        return Scale(keys=tuple(dict.fromkeys(map(flow_text, choices))) or ("",))
    numbers = [float(value) for value in tried if is_number(value)]
    declared = [end for end in (axis.low, axis.high) if end is not None]
    bounds = [float(end) for end in declared if is_number(end)]
    return of_numbers([*bounds, *numbers], axis.log)


def of_scores(scores: Sequence[float]) -> Scale:
    """Return the scale of the scores; logarithmic if the largest is many times the smallest."""
    linear = of_numbers(scores, False)
    if linear.low > 0 and min(scores) > 0 and max(scores) / min(scores) > _WIDE:
        return of_numbers(scores, True)
    return linear


def of_numbers(numbers: Sequence[float], log: bool) -> Scale:
    """Return the scale that covers all numbers; a single number is in the middle."""
    fitting = [number for number in numbers if number > 0 or not log]
    if not fitting:
        return Scale() if not log else Scale(0.1, 10.0, True)
    low, high = min(fitting), max(fitting)
    if low == high:
        around = (low / 10, low * 10) if log else (low - (abs(low) or 1), low + (abs(low) or 1))
        low, high = around
    return Scale(low, high, log) if low < high else Scale()


def number_label(value: float) -> str:
    """Return a number as a short label: ``0.001``, ``1e-5``, ``20000``."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def choice_label(key: str) -> str:
    """Return the label of a choice."""
    bare = key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key
    return text.shorten(text.escape(bare), _LABEL)


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / most))
    powers = [10.0**power for power in range(first, last + 1, step)]
    if len(powers) > 2:
        return powers
    between = [factor * 10.0**power for power in range(first - 1, last + 1) for factor in (1, 2, 5)]
    return [value for value in between if low * 0.999 <= value <= high * 1.001]


def _round_values(low: float, high: float, most: int) -> list[float]:
    raw = (high / 2 - low / 2) / max(most - 1, 1) * 2
    if not raw > 0 or math.isinf(raw):
        return [low, high]
    power = 10.0 ** math.floor(math.log10(raw))
    if power == 0:
        return [low, high]
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, min(last, first + 50) + 1)]
