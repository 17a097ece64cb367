"""Searching: rungs and grids against others', random search against what is known exactly, regret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import search_others
import search_regret
import search_samples
import search_targets
from measure import Row

_GRID = {"lr": [0.1, 0.01, 0.001], "batch": [32, 64], "opt": ["adam", "sgd"], "wd": [0.0, 0.1]}


def rows(scratch: Path) -> Iterator[Row]:
    """Yield everything that a search is held to; a part whose library is missing says so."""
    for what, part in (
        ("rungs", _rungs),
        ("grid", _grid),
        ("best of n", search_samples.best_rows),
        ("distributions", search_samples.distribution_rows),
        ("targets of 1 %", search_targets.rows),
        ("regret", search_regret.rows),
    ):
        yield from _unless_missing(what, part)


def _unless_missing(what: str, part: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    try:
        yield from part()
    except ModuleNotFoundError as error:
        yield Row(what, "not measured", f"{error.name} is not installed")


def _rungs() -> Iterator[Row]:
    for numbers in search_others.SAME:
        ours, theirs = search_others.ours(*numbers), search_others.scikit_learn(*numbers)
        yield Row(_asked(numbers), _told(ours), _told(theirs), "", "equal", ours != theirs)
    for numbers, why in search_others.OTHER.items():
        ours, theirs = search_others.ours(*numbers), search_others.scikit_learn(*numbers)
        yield Row(f"{_asked(numbers)}; {why}", _told(ours), _told(theirs))


def _grid() -> Iterator[Row]:
    from gittrack.api.search import grid_search

    ours = [tuple(config.values()) for config in grid_search(_GRID)]
    theirs = search_others.optuna_grid(_GRID)
    differ = set(ours) != theirs or len(ours) != len(theirs)
    yield Row("grid, combinations", str(len(ours)), str(len(theirs)), "", "same set", differ)


def _asked(numbers: tuple[int, int, int, int]) -> str:
    count, low, high, eta = numbers
    return f"rungs of {count} trials, {low} to {high}, eta {eta}"


def _told(schedule: search_others.Schedule) -> str:
    return " ".join(f"{trials}@{budget}" for trials, budget in schedule)
