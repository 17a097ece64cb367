"""How often "more than noise" is said of groups that are equal, by simulation.

``python tests/benchmarks/claims.py [SIMULATIONS]`` prints the table of docs/numbers.md: the rate of false
claims for two groups and for the best of 3, 5 and 10 against the second, over four distributions and five
sizes; for pairs under equal seeds too.  For two groups one minus the rate is the coverage of the interval.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np

from gittrack.analysis.groups import Comparison, Configuration, Group, compare_groups

SIZES = (2, 3, 5, 10, 20)
MOST = 0.06
_NOTHING = Configuration("x", (), (), {})


def normal(draw: np.random.Generator, group: int, n: int) -> np.ndarray:
    """Return accuracies of equal spread."""
    return draw.normal(0.9, 0.01, n)


def unequal(draw: np.random.Generator, group: int, n: int) -> np.ndarray:
    """Return accuracies, of every second group six times as spread."""
    return draw.normal(0.9, 0.06 if group % 2 else 0.01, n)


def skewed(draw: np.random.Generator, group: int, n: int) -> np.ndarray:
    """Return losses that are log-normal."""
    return draw.lognormal(0.0, 0.75, n)


def rounded(draw: np.random.Generator, group: int, n: int) -> np.ndarray:
    """Return accuracies of two digits, of which few differ."""
    return np.round(draw.normal(0.9, 0.01, n), 2)


SHAPES: tuple[Callable[[np.random.Generator, int, int], np.ndarray], ...] = (
    normal,
    unequal,
    skewed,
    rounded,
)


def false_claims(
    shape: object, n: int, among: int, simulations: int, *, paired: bool = False
) -> float:
    """Return the share of simulations that call the best of equal groups better than the second."""
    draw = np.random.default_rng([n, among, paired, SHAPES.index(shape)])  # type: ignore[arg-type]
    false = 0
    for _ in range(simulations):
        groups = [_group(shape(draw, g, n), paired=paired, number=g) for g in range(among)]  # type: ignore[operator]
        if paired:  # each seed is easy or hard for both
            shift = draw.normal(0.0, 0.02, n)
            groups = [g._replace(values=tuple(np.array(g.values) + shift)) for g in groups]
        groups.sort(key=lambda group: -group.mean)
        found = compare_groups(groups[0], groups[1], among)
        false += isinstance(found, Comparison) and found.more_than_noise
    return false / simulations


def _group(values: np.ndarray, *, paired: bool, number: int) -> Group:
    keys = [(("number", seed if paired else (number, seed)),) for seed in range(len(values))]
    return Group(_NOTHING, (), tuple(values.tolist()), tuple(keys))


def rows(simulations: int) -> Iterator[tuple[str, list[float]]]:
    """Yield a label and the rates by size."""
    for among in (2, 3, 5, 10):
        for shape in SHAPES:
            label = f"{'two groups' if among == 2 else f'best of {among}'}, {shape.__name__}"
            yield label, [false_claims(shape, n, among, simulations) for n in SIZES]
    for shape in SHAPES:
        label = f"two groups, equal seeds, {shape.__name__}"
        yield label, [false_claims(shape, n, 2, simulations, paired=True) for n in SIZES]


def main(words: list[str]) -> int:
    """Print the table; 1 if a rate is above the bar by more than the simulation's own error."""
    simulations = int(words[0]) if words else 10_000
    bar = MOST + 2 * (MOST * (1 - MOST) / simulations) ** 0.5
    print("|  | " + " | ".join(f"n = {n}" for n in SIZES) + " |")
    print("|---" * (len(SIZES) + 1) + "|")
    missed = False
    for label, rates in rows(simulations):
        print(f"| {label} | " + " | ".join(f"{rate:.3f}" for rate in rates) + " |", flush=True)
        missed |= any(rate > bar for rate in rates)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
