"""Every combination of values: params in the order of the file, the last one changes fastest."""

from __future__ import annotations

import math

from gittrack.core.errors import TrackError
from gittrack.core.query.equality import key
from gittrack.core.standard.collections import Hashable, Mapping
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search.distributions import Distribution


class Grid(NamedTuple):
    """The different values of each param; ``dropped`` are (name, value) of the duplicates."""

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    dropped: tuple[tuple[str, Any], ...]

    @property
    def size(self) -> int:
        """The number of combinations."""
        return math.prod(map(len, self.values))

    def config(self, index: int) -> dict[str, Any]:
        """Return combination ``index``, from 0."""
        params: dict[str, Any] = {}
        for name, values in zip(reversed(self.names), reversed(self.values), strict=True):
            index, digit = divmod(index, len(values))
            params[name] = values[digit]
        return {name: params[name] for name in self.names}


def of_space(space: Mapping[str, Distribution]) -> Grid:
    """Return the grid of a space.

    Parameters
    ----------
    space : mapping
        A distribution for each name.

    Returns
    -------
    Grid

    Raises
    ------
    TrackError
        If the values of a param cannot be counted, or are too many.
    """
    columns: list[tuple[Any, ...]] = []
    dropped: list[tuple[str, Any]] = []
    for name, distribution in space.items():
        different: dict[Hashable, Any] = {}
        for value in _values(name, distribution):
            if key(value) in different:
                dropped.append((name, value))
            else:
                different[key(value)] = value
        columns.append(tuple(different.values()))
    return Grid(tuple(space), tuple(columns), tuple(dropped))


def _values(name: str, distribution: Distribution) -> tuple[Any, ...]:
    try:
        values = distribution.grid()
    except TrackError as error:
        raise TrackError(f"the param {name}: {error.message}", error.hint) from None
    if values is None:
        raise TrackError(
            f"{name} is {distribution.text()}, whose values cannot be counted for a grid",
            f"list the values of {name}, give it a step, or use another method than grid",
        )
    return values
