"""One notion of equal values: for groups, queries, grids and lists of params.

1, 1.0 and the text "1" are equal.  A float32 that was converted to a float equals the short form of it:
0.10000000149011612 is 0.1.  True is not 1.  `core.nested.same` compares files and commands exactly.
"""

from __future__ import annotations

from gittrack.core.standard.collections import Callable, Hashable
from gittrack.core.standard.typing import Any

_LONGEST = 40  # characters of a text that can be a number


def equal(a: Any, b: Any) -> bool:
    """Return whether two plain values are equal."""
    if type(a) is type(b) and not isinstance(a, (list, dict)) and a == b:
        return True
    return key(a) == key(b)


def key(value: Any) -> Hashable:
    """Return a hashable key: two values have the same key if and only if they are equal."""
    if isinstance(value, bool) or value is None:
        return "fixed", value
    if isinstance(value, dict):
        return "mapping", frozenset((name, key(item)) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return "list", tuple(map(key, value))
    number = _number(value)
    if number is None:
        return "text", str(value)
    return "number", "nan" if number != number else number


def ordered(test: Callable[[Any, Any], bool], inclusive: bool) -> Callable[[Any, Any], bool]:
    """Return a comparison such as ``<=`` that agrees with `equal`; ``inclusive``: equal values pass."""

    def compare(a: Any, b: Any) -> bool:
        if type(a) is not type(b) or isinstance(a, float):
            if equal(a, b):
                return inclusive and a == a  # NaN has no order
            x, y = _number(a), _number(b)
            if x is not None and y is not None:
                a, b = x, y
        return test(a, b)

    return compare


def _number(value: Any) -> int | float | None:
    """Return the number that a value is or spells; None for other texts, booleans and lists."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return shortest(value)
    return _number_of_text(value) if isinstance(value, str) else None


def shortest(value: float) -> float:
    """Return the float with the fewest digits that is the same float32; other floats unchanged."""
    if value != value or abs(value) > 3e38 or value.is_integer():
        return value
    # A float32 has zeros in the last 29 bits.  Short numbers stay as they are.
    if value.hex().partition("p")[0][-7:] != "0000000" or float(f"{value:.6g}") == value:
        return value
    import struct  # noqa: PLC0415 - 0.3 ms that most listings do not need

    packed = struct.pack("f", value)
    if struct.unpack("f", packed)[0] != value:
        return value
    candidates = (float(f"{value:.{digits}g}") for digits in range(6, 10))
    return next((short for short in candidates if struct.pack("f", short) == packed), value)


def _number_of_text(text: str) -> int | float | None:
    """Return the number that a text spells, if Python writes that number in the same way."""
    if not text or len(text) > _LONGEST or not text[-1].isdigit() or not text.isascii():
        return None
    try:
        number: int | float = int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None
    return number if repr(number) == text else None
