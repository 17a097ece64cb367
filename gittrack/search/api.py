"""Searches from Python: loops over configurations, without a sweep file, runs or git."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gittrack.search import grid, sampling, space


def grid_search(params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every combination; the last param changes fastest.  Raises TrackError at once."""
    found = grid.of(space.of(params))
    return (found.config(index) for index in range(found.size))


def random_search(
    params: Mapping[str, Any], n_trials: int, seed: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield ``n_trials`` configurations, each a function of the seed and its number."""
    found = space.of(params)
    return (sampling.config(found, seed, index) for index in range(n_trials))
