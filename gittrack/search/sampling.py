r"""Counter-based random numbers: a number is a function of what it is for, not of what was drawn before.

The draw for param ``name`` of configuration ``index`` under ``seed`` is the first 52 bits of
SHA-256("gittrack sweep 1\0<seed>\0<index>\0<name>"), put in the middle of their cell of [0, 1).  So it
does not matter in which order, in how many processes or on which machine configurations are made.  After
Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".  The numbers are fixed for ever; another
construction would get another first word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from gittrack.search.space import Distribution

_BITS = 52


def bits(seed: int, index: int, name: str, count: int = _BITS) -> int:
    """Return ``count`` random bits (at most 256) as a whole number."""
    text = f"gittrack sweep 1\0{seed}\0{index}\0{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest(), "big") >> (256 - count)


def unit(seed: int, index: int, name: str) -> float:
    """Return a number strictly between 0 and 1, uniformly distributed."""
    return (bits(seed, index, name) + 0.5) / (1 << _BITS)


def config(space: Mapping[str, Distribution], seed: int, index: int) -> dict[str, Any]:
    """Return configuration ``index`` of a random search: every param drawn by itself."""
    return {name: one.at(unit(seed, index, name)) for name, one in space.items()}
