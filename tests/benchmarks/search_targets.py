"""How often a search hits a target of 1 % of the space, as in section 4 of Bergstra and Bengio.

"Random search for hyper-parameter optimization", JMLR 13, 2012.  Targets are boxes with a hundredth of the
volume of the unit cube: sides drawn uniformly, then scaled to that volume together, those longer than the
cube drawn again; the place is uniform among those inside the cube.  125 trials in 3 dimensions are a grid of
5 values each, 243 in 5 dimensions one of 3 values.  Quoted for it are .71 for random against .61 for grid,
and .91 against .67.  For random that is 1 - .99**n, whatever the boxes; for grid it depends on the law of
their sides, and ours need not be the paper's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from measure import Row

from gittrack.api.search import grid_search, random_search
from gittrack.search.strategies import sobol
from gittrack.sweep import uniform

VOLUME = 0.01
SETTINGS = {
    3: (5, 0.61, 0.71),
    5: (3, 0.67, 0.91),
}  # dimensions: values each, quoted for grid, for random
_TARGETS, _DESIGNS = 20_000, 100

Boxes = tuple[np.ndarray, np.ndarray]  # lower and upper corners, each (targets, dimensions)


def targets(dimensions: int, count: int, rng: np.random.Generator) -> Boxes:
    """Return the corners of so many elongated targets."""
    found = np.empty((0, dimensions))
    while len(found) < count:
        drawn = rng.random((count, dimensions))
        scaled = drawn * (VOLUME / drawn.prod(axis=1, keepdims=True)) ** (1 / dimensions)
        found = np.concatenate([found, scaled[(scaled <= 1).all(axis=1)]])
    sides = found[:count]
    low = rng.random(sides.shape) * (1 - sides)
    return low, low + sides


def hits(points: np.ndarray, boxes: Boxes) -> np.ndarray:
    """Return for each target whether one of the points (trials, dimensions) lies in it."""
    low, high = boxes
    found = np.zeros(len(low), dtype=bool)
    for point in points:
        found |= ((point >= low) & (point <= high)).all(axis=1)
    return found


def grid(ticks: Sequence[float], dimensions: int) -> np.ndarray:
    """Return the points of our grid search over equal values of each parameter."""
    return _points(grid_search({key: list(ticks) for key in _names(dimensions)}))


def rows() -> Iterator[Row]:
    """Yield how often each design hits; grids in both of the usual places, the better one counts."""
    for dimensions, (values, quoted_grid, quoted_random) in SETTINGS.items():
        rng = np.random.default_rng(dimensions)
        boxes, count = targets(dimensions, _TARGETS, rng), values**dimensions
        space = dict.fromkeys(_names(dimensions), uniform(0, 1))
        middles = hits(grid([(i + 0.5) / values for i in range(values)], dimensions), boxes).mean()
        inner = hits(
            grid([i / (values + 1) for i in range(1, values + 1)], dimensions), boxes
        ).mean()
        best_grid = max(middles, inner)
        random = _mean_hits(lambda seed: random_search(space, count, seed), boxes)  # noqa: B023
        even = _mean_hits(lambda seed: _sobol(space, seed, count), boxes)  # noqa: B023
        exact = 1 - (1 - VOLUME) ** count
        head = f"{dimensions} dimensions, {count} trials:"
        yield Row(
            f"{head} grid in the middles of cells", f"{middles:.3f}", f"{quoted_grid} (quoted)"
        )
        yield Row(f"{head} grid at i / (n + 1)", f"{inner:.3f}", f"{quoted_grid} (quoted)")
        yield Row(
            f"{head} random",
            f"{random:.3f}",
            f"{exact:.3f} (exact), {quoted_random} (quoted)",
            f"{random - exact:+.3f}",
            "+-0.01",
            abs(random - exact) > 0.01,
        )
        yield _beats(f"{head} random over the better grid", random, best_grid)
        yield _beats(f"{head} Sobol over random", even, random)


def _mean_hits(search: Callable[[int], Any], boxes: Boxes) -> float:
    """Return the share of targets that are hit, each by a design of its own seed out of many."""
    low, high = boxes
    parts = [
        hits(_points(search(seed)), (low[seed::_DESIGNS], high[seed::_DESIGNS]))
        for seed in range(_DESIGNS)
    ]
    return float(np.concatenate(parts).mean())


def _sobol(space: Mapping[str, Any], seed: int, count: int) -> Iterator[dict[str, Any]]:
    propose = sobol.proposer(space, seed, count)
    return (propose(index) for index in range(count))


def _points(configs: Iterator[dict[str, Any]]) -> np.ndarray:
    return np.array([list(config.values()) for config in configs])


def _names(dimensions: int) -> list[str]:
    return [f"x{i}" for i in range(dimensions)]


def _beats(what: str, better: float, worse: float) -> Row:
    gain = better - worse
    return Row(what, f"{better:.3f}", f"{worse:.3f}", f"{gain:+.3f}", ">0", gain <= 0)
