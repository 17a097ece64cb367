"""Points of Sobol's sequence instead of random ones: they fill the space evenly.

The direction numbers are SciPy's (Joe & Kuo 2008).  Each param that varies is one dimension, in the order of
the file.  All points are shifted by the same random bits, which depend on the seed (a "digital shift",
L'Ecuyer & Lemieux 2002).  So seeds differ, and configuration i is a function of the seed, i and the space.
"""

from __future__ import annotations

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import Any
from gittrack.search import sampling
from gittrack.search.distributions import Choice, Distribution

_BITS = 30  # as in SciPy
_MOST_POINTS = 1 << 20  # all points are computed at once


def proposer(
    space: Mapping[str, Distribution], seed: int, count: int
) -> Callable[[int], dict[str, Any]]:
    """Return the function from a number below ``count`` to its configuration.

    Parameters
    ----------
    space : mapping
        A distribution for each name.
    seed : int
        The seed of the search.
    count : int
        The number of configurations, at most 2**20.

    Returns
    -------
    callable

    Raises
    ------
    TrackError
        If SciPy is not installed, or cannot compute that many points or params.
    """
    try:
        from scipy.stats import qmc  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        raise TrackError("method sobol needs SciPy", "install it: pip install 'gittrack[sobol]'")
    names = [name for name, distribution in space.items() if _varies(distribution)]
    if count > _MOST_POINTS or len(names) > qmc.Sobol.MAXDIM:
        raise TrackError(
            f"Sobol's sequence is not available for {count:,} points of {len(names):,} params",
            f"the limit is {_MOST_POINTS:,} points of {qmc.Sobol.MAXDIM:,} params",
        )
    engine = qmc.Sobol(max(1, len(names)), scramble=False, bits=_BITS)
    points = engine.random_base2((count - 1).bit_length())
    shifts = {name: sampling.bits(seed, 0, f"sobol {name}", _BITS) for name in names}

    def propose(index: int) -> dict[str, Any]:
        point = dict(zip(names, points[index], strict=False))
        params = {}
        for name, distribution in space.items():
            cell = int(point.get(name, 0.0) * (1 << _BITS)) ^ shifts.get(name, 0)
            params[name] = distribution.at((cell + 0.5) / (1 << _BITS))
        return params

    return propose


def _varies(distribution: Distribution) -> bool:
    """Return whether a param has more than one value; all quantile functions but choices increase."""
    if isinstance(distribution, Choice):
        return len(distribution.values) > 1
    return bool(distribution.at(2**-53) != distribution.at(1 - 2**-53))
