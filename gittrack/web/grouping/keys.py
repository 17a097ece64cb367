"""Which values of a column are equal, by `core.query.equality`: much faster for very many values."""

from __future__ import annotations

from typing import Any

import numpy as np

from gittrack.core.query import equality
from gittrack.core.standard.collections import Hashable, Sequence


def keys_of(values: Sequence[Any]) -> list[Hashable]:
    """Return a key for each value: two values have the same key if and only if they are equal."""
    keys: dict[tuple[type, Any], Hashable] = {}
    single = _single_floats(values)

    def key(value: Any) -> Hashable:
        if isinstance(value, (list, dict)):
            return equality.key(value)
        name = type(value), value
        if name not in keys:
            keys[name] = _plain(equality.key(value))
        return keys[name]

    return [
        value
        if type(value) is int or (type(value) is float and value == value and value not in single)
        else key(value)
        for value in values
    ]


def _plain(key: Hashable) -> Hashable:
    """Return the key of a number as the number, which is the key of most of them."""
    kind, content = key if isinstance(key, tuple) else ("", key)
    return content if kind == "number" and content != "nan" else key


def _single_floats(values: Sequence[Any]) -> set[float]:
    """Return the floats that may be a float32 that was converted: all others are equal only to themselves."""
    floats = np.array([value for value in values if type(value) is float], dtype=np.float64)
    with np.errstate(over="ignore"):
        return set(floats[floats.astype(np.float32) == floats].tolist())
