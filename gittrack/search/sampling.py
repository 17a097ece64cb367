r"""Random numbers that depend only on what they are for, not on what was drawn before.

The number for the param ``name`` of configuration ``index`` under ``seed`` is made from the first 52 bits of
SHA-256("gittrack sweep 1\0<seed>\0<index>\0<name>"): the middle of one of 2**52 cells of [0, 1).  So the
order, the number of processes and the machine make no difference.  The idea is that of Salmon et al. 2011,
"Parallel random numbers: as easy as 1, 2, 3".  The numbers never change; another construction would need
another first word.
"""

from __future__ import annotations

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any
from gittrack.search.distributions import Distribution

_BITS = 52


def bits(seed: int, index: int, name: str, count: int = _BITS) -> int:
    """Return ``count`` random bits (at most 256) as an int."""
    import hashlib  # noqa: PLC0415 - 5 ms; a listing of sweeps draws nothing

    text = f"gittrack sweep 1\0{seed}\0{index}\0{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest(), "big") >> (256 - count)


def unit(seed: int, index: int, name: str) -> float:
    """Return a uniformly distributed number strictly between 0 and 1."""
    return (bits(seed, index, name) + 0.5) / (1 << _BITS)


def config(space: Mapping[str, Distribution], seed: int, index: int) -> dict[str, Any]:
    """Return one configuration of a random search; every param is drawn independently.

    Parameters
    ----------
    space : mapping
        A distribution for each name.
    seed : int
        The seed of the search.
    index : int
        The number of the configuration, from 0.

    Returns
    -------
    dict
        A plain value for each name, in the order of the space.
    """
    return {name: distribution.at(unit(seed, index, name)) for name, distribution in space.items()}
