"""The search demonstration: grid, random and halving on one landscape, with the same budget.

Nothing is recorded.  The three methods are those of `gittrack.search`; the trained model is a formula, so the
page can also show where the true optimum is.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from gittrack.core.standard.functools import partial
from gittrack.search import sampling, space
from gittrack.search.plan import Outcome, Resource, Strategy, Trial
from gittrack.search.strategies import grid, rungs
from gittrack.search.strategies.fixed_list import FixedList
from gittrack.search.strategies.halving import Halving
from gittrack.web import one_file
from gittrack.web.application import Start

_EPOCHS = 9  # of a trial of grid and random
_SIDE = 6  # grid: 6 x 6 trials of 9 epochs are 324 epochs
_CONFIGS, _LEAST, _MOST, _ETA = (
    81,
    1,
    27,
    3,
)  # halving: 81 + 27 x 3 + 9 x 9 + 3 x 27 epochs are 324, too
_PIXELS = 50  # of the landscape, in each direction
_LR = (1e-4, 1.0)
_DROPOUT = (0.0, 0.8)
SEED = 7


class Step(NamedTuple):
    """One trial of a method, after ``spent`` epochs in total."""

    x: float
    y: float
    score: float
    epochs: int
    spent: int


def loss(lr: float, dropout: float, epochs: float = math.inf) -> float:
    """Return the loss of the pretended model; fewer epochs leave more of it, most for small rates."""
    u = (math.log10(lr) + 4) / 4
    v = dropout / 0.8
    valley = 1.6 * (u - 0.62) ** 2 + 0.9 * (v - 0.3) ** 2
    trap = 0.22 * math.exp(-(((u - 0.2) / 0.14) ** 2) - ((v - 0.75) / 0.16) ** 2)
    ridge = 0.05 * math.sin(9 * u + 2) * math.cos(7 * v)
    final = 0.35 + valley - trap + ridge
    return final + (0.6 * (1.2 - u) / epochs if epochs < math.inf else 0.0)


def document() -> dict[str, Any]:
    """Return the document ``search``: the landscape, and the trials of each method in their order."""
    axes = space.from_mapping({"lr": space.log_uniform(*_LR), "dropout": space.uniform(*_DROPOUT)})
    grid_values = grid.of_space(
        space.from_mapping({"lr": _spread_log(*_LR), "dropout": _spread(*_DROPOUT)})
    )
    propose = partial(sampling.config, axes, SEED)
    resource = Resource("epochs", _LEAST, _MOST, _ETA, "restart")
    bracket = rungs.halving(_CONFIGS, _LEAST, _MOST, _ETA)
    methods: dict[str, Strategy] = {
        "grid": FixedList(grid_values.config, grid_values.size, "minimize"),
        "random": FixedList(propose, _SIDE * _SIDE, "minimize"),
        "halving": Halving(propose, (bracket,), "minimize", resource),
    }
    values = [
        [loss(*_params_at(column, row)) for column in range(_PIXELS)] for row in range(_PIXELS)
    ]
    best = min(
        (value, column, row) for row, line in enumerate(values) for column, value in enumerate(line)
    )
    lr, dropout = _params_at(best[1], best[2])
    return {
        "x": {"name": "lr", "low": _LR[0], "high": _LR[1], "log": True},
        "y": {"name": "dropout", "low": _DROPOUT[0], "high": _DROPOUT[1], "log": False},
        "metric": "loss",
        "landscape": values,
        "optimum": {"x": lr, "y": dropout, "score": best[0]},
        "methods": [
            {"name": name, "steps": [list(step) for step in _steps(strategy)]}
            for name, strategy in methods.items()
        ],
    }


def page() -> bytes:
    """Return the demonstration as one file of HTML."""
    nothing = {"total": 0, "offset": 0, "complete": True, "archived": 0, "damaged": 0}
    return one_file.join(
        {
            "start": {
                **{"version": "", "title": "search", "experiments": [], "live": False},
                **{"instance": "", "cursor": "", "with": [], "file": None},
                "initial": {**Start()._asdict(), "view": "search"},
            },
            "runs": {**nothing, "keys": [], "columns": [], "commands": []},
            "series": {"series": [], "problems": [], "clocks": {}},
            "search": document(),
        }
    )


def _steps(strategy: Strategy) -> list[Step]:
    """Let a method search to its end, one trial after the other."""
    outcomes: list[Outcome] = []
    steps: list[Step] = []
    spent = 0
    while trials := strategy.ask(outcomes, [outcome.key for outcome in outcomes], 1):
        [trial] = trials
        epochs = trial.budget or _EPOCHS
        spent += epochs
        score = _score(trial, epochs)
        outcomes.append(Outcome(trial.key, score, len(outcomes), "finished"))
        steps.append(Step(trial.params["lr"], trial.params["dropout"], score, epochs, spent))
    return steps


def _score(trial: Trial, epochs: int) -> float:
    return loss(trial.params["lr"], trial.params["dropout"], epochs)


def _params_at(column: int, row: int) -> tuple[float, float]:
    """Return the params in the middle of a pixel of the landscape."""
    u, v = (column + 0.5) / _PIXELS, (row + 0.5) / _PIXELS
    low, high = map(math.log10, _LR)
    return 10 ** (low + u * (high - low)), _DROPOUT[0] + v * (_DROPOUT[1] - _DROPOUT[0])


def _spread(low: float, high: float) -> list[float]:
    return [low + (high - low) * (index + 0.5) / _SIDE for index in range(_SIDE)]


def _spread_log(low: float, high: float) -> list[float]:
    return [10**value for value in _spread(math.log10(low), math.log10(high))]
