"""Random search against what is known exactly: the expected best of n, and the distributions declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import fmean, stdev
from typing import Any

import numpy as np
import search_curves
from measure import Row

from gittrack.api.search import random_search
from gittrack.search import sampling
from gittrack.search.distributions import Distribution
from gittrack.sweep import choice, log_uniform, normal, randint, uniform

_SEARCHES, _DRAWS, _LEAST_P = 2_000, 10_000, 0.001
_NORMAL_99 = 2.576


def expected_best(losses: np.ndarray, count: int) -> float:
    """Return the expected smallest of ``count`` draws, with replacement, from a table of losses."""
    ordered = np.sort(losses)
    left = np.arange(len(ordered), -1, -1) / len(ordered)  # the chance to draw this one or a worse
    return float((ordered * (left[:-1] ** count - left[1:] ** count)).sum())


def best_rows() -> Iterator[Row]:
    """Yield the mean best of n of many random searches beside its exact expectation."""
    table = search_curves.load()
    space = {name: choice(values) for name, values in search_curves.SPACE.items()}
    for count in (5, 20, 60):
        bests = [
            min(table.final[table.row(config)] for config in random_search(space, count, seed))
            for seed in range(_SEARCHES)
        ]
        exact = expected_best(table.final, count)
        wide = _NORMAL_99 * stdev(bests) / _SEARCHES**0.5
        off = fmean(bests) - exact
        yield Row(
            f"mean best of {count}, {_SEARCHES:,} searches, against its expectation",
            f"{fmean(bests):.5f}",
            f"{exact:.5f}",
            f"{off:+.5f}",
            f"+-{wide:.5f}",
            abs(off) > wide,
        )


def distributions() -> dict[str, tuple[Distribution, Callable[[np.ndarray], float]]]:
    """Return {what: (distribution, the p-value of draws from it)}, by SciPy's tests."""
    from scipy import stats

    def continuous(cdf: Any) -> Callable[[np.ndarray], float]:
        return lambda drawn: float(stats.kstest(drawn, cdf).pvalue)

    def discrete(weights: dict[Any, float]) -> Callable[[np.ndarray], float]:
        def p_value(drawn: np.ndarray) -> float:
            seen = [int((drawn == value).sum()) for value in weights]
            return float(stats.chisquare(seen, [w * len(drawn) for w in weights.values()]).pvalue)

        return p_value

    return {
        "uniform(-2, 3), KS": (uniform(-2, 3), continuous(stats.uniform(-2, 5).cdf)),
        "log_uniform(1e-5, 0.1), KS": (
            log_uniform(1e-5, 0.1),
            continuous(stats.loguniform(1e-5, 0.1).cdf),
        ),
        "normal(1, 2), KS": (normal(1, 2), continuous(stats.norm(1, 2).cdf)),
        "randint(3, 12), chi-square": (
            randint(3, 12),
            discrete(dict.fromkeys(range(3, 13), 0.1)),
        ),
        "choice(a, b, c), chi-square": (
            choice(["a", "b", "c"]),
            discrete(dict.fromkeys("abc", 1 / 3)),
        ),
        "choice, weighted, chi-square": (
            choice(["a", "b", "c"], [0.7, 0.2, 0.1]),
            discrete({"a": 0.7, "b": 0.2, "c": 0.1}),
        ),
    }


def drawn(one: Distribution, count: int, seed: int = 0) -> np.ndarray:
    """Return draws of one parameter by configurations 0, 1, 2, ..."""
    return np.array([sampling.config({"x": one}, seed, i)["x"] for i in range(count)])


def dependence(count: int) -> dict[str, float]:
    """Return the p-values (chi-square, 10 x 10 cells) of draws that should be independent of each other."""
    from scipy import stats

    def p_value(xs: np.ndarray, ys: np.ndarray) -> float:
        cells = np.histogram2d(xs, ys, bins=10, range=((0, 1), (0, 1)))[0]
        return float(stats.chisquare(cells.ravel()).pvalue)

    def units(seed: int, name: str, first: int = 0) -> np.ndarray:
        return np.array([sampling.unit(seed, first + i, name) for i in range(count)])

    return {
        "two parameters": p_value(units(0, "x"), units(0, "y")),
        "a configuration and the next": p_value(units(0, "x"), units(0, "x", 1)),
        "a seed and the next": p_value(units(0, "x"), units(1, "x")),
    }


def distribution_rows() -> Iterator[Row]:
    """Yield the p-values of everything above."""
    found = {
        what: test(drawn(one, _DRAWS, seed))
        for seed, (what, (one, test)) in enumerate(distributions().items())
    } | dependence(_DRAWS)
    for what, p in found.items():
        yield Row(f"{what}, {_DRAWS:,} draws: p", f"{p:.3f}", "", "", f">{_LEAST_P}", p < _LEAST_P)
