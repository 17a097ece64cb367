"""Sobol's points instead of random ones: they fill the space evenly.

The direction numbers are SciPy's (Joe & Kuo 2008), one dimension for each param that varies, in the order of
the file.  All points are shifted by the same random bits of the seed, digit by digit (a "digital shift",
L'Ecuyer & Lemieux 2002): seeds differ, and configuration i is a function of the seed, i and the space.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.search import sampling
from gittrack.search.space import Choice, Distribution

_BITS = 30  # SciPy's
_MOST = 1 << 20  # all points are made at once


def proposer(
    space: Mapping[str, Distribution], seed: int, count: int
) -> Callable[[int], dict[str, Any]]:
    """Return the function from a number below ``count`` to its configuration.

    Raises TrackError where SciPy is missing, or for more params or points than it has numbers for.
    """
    try:
        from scipy.stats import qmc  # noqa: PLC0415 - an extra, and a heavy one
    except ImportError:
        raise TrackError("method sobol needs SciPy", "install it: pip install 'gittrack[sobol]'")
    names = [name for name, one in space.items() if _varies(one)]
    if count > _MOST or len(names) > qmc.Sobol.MAXDIM:
        raise TrackError(
            f"Sobol's sequence has no {count:,} points of {len(names):,} params",
            f"it is made for up to {_MOST:,} points of {qmc.Sobol.MAXDIM:,} params",
        )
    engine = qmc.Sobol(max(1, len(names)), scramble=False, bits=_BITS)
    drawn = engine.random_base2((count - 1).bit_length())
    shifts = {name: sampling.bits(seed, 0, f"sobol {name}", _BITS) for name in names}

    def propose(index: int) -> dict[str, Any]:
        point = dict(zip(names, drawn[index], strict=False))
        found = {}
        for name, one in space.items():
            whole = int(point.get(name, 0.0) * (1 << _BITS)) ^ shifts.get(name, 0)
            found[name] = one.at((whole + 0.5) / (1 << _BITS))
        return found

    return propose


def _varies(one: Distribution) -> bool:
    """Say whether a param has more than one value; its quantile function grows, but for choices."""
    if isinstance(one, Choice):
        return len(one.values) > 1
    return bool(one.at(2**-53) != one.at(1 - 2**-53))
