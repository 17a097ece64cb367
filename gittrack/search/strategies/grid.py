"""Every combination: params in the order of the file, the last one changing fastest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from gittrack.core.equality import equal
from gittrack.core.errors import TrackError
from gittrack.search.space import Distribution


class Grid(NamedTuple):
    """The values of each param, without duplicates; ``dropped`` names those that stood there twice."""

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    dropped: tuple[tuple[str, Any], ...]

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return math.prod(map(len, self.values))

    def config(self, index: int) -> dict[str, Any]:
        """Return combination ``index``, from 0."""
        found: dict[str, Any] = {}
        for name, values in zip(reversed(self.names), reversed(self.values), strict=True):
            index, place = divmod(index, len(values))
            found[name] = values[place]
        return {name: found[name] for name in self.names}


def of_space(space: Mapping[str, Distribution]) -> Grid:
    """Return the grid of a space.  Raises TrackError where a param has values without end."""
    kept, dropped = [], []
    for name, distribution in space.items():
        values = _values(name, distribution)
        if values is None:
            raise TrackError(
                f"{name} is {distribution.text()}, which has no end of values for a grid",
                f"list the values of {name}, give it a step, or use another method than grid",
            )
        own: list[Any] = []
        for value in values:
            if _seen(value, own):
                dropped.append((name, value))
            else:
                own.append(value)
        kept.append(tuple(own))
    return Grid(tuple(space), tuple(kept), tuple(dropped))


def _values(name: str, distribution: Distribution) -> tuple[Any, ...] | None:
    try:
        return distribution.grid()
    except TrackError as error:
        raise TrackError(f"the param {name}: {error.message}", error.hint) from None


def _seen(value: Any, own: list[Any]) -> bool:
    return any(equal(value, other) for other in own)
