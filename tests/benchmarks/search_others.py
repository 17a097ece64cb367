"""What others make of the same search: the rungs of scikit-learn, the grid of Optuna."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.search.strategies import rungs

Schedule = tuple[tuple[int, int], ...]  # (trials, budget) of each rung

# (trials, smallest budget, largest budget, eta) where scikit-learn's arithmetic is right ...
SAME = (
    *((27, 1, 27, 3), (81, 1, 81, 3), (64, 1, 64, 2), (125, 1, 125, 5), (20, 1, 9, 3)),
    *((100, 2, 54, 3), (1, 5, 5, 3), (17, 4, 64, 2), (256, 3, 768, 4)),
)
# ... and where it is not, and why.
OTHER = {
    (243, 1, 243, 3): "floor(log(243, 3)) is 4: a rung is lost, three are left at 81",
    (1000, 1, 1000, 10): "floor(log(1000, 10)) is 2: a rung is lost, ten are left at 100",
    (27, 1, 81, 3): "stops when one is left, which never gets the maximum",
    (20, 1, 60, 3): "60 is no power of 3: nobody gets the maximum",
}


def ours(count: int, low: int, high: int, eta: int) -> Schedule:
    """Return the rungs of our successive halving."""
    found = rungs.halving(count, low, high, eta)
    return tuple(zip(found.trials, found.budgets, strict=True))


def scikit_learn(count: int, low: int, high: int, eta: int) -> Schedule:
    """Return the rungs of scikit-learn's HalvingRandomSearchCV, asked by letting it search."""
    from sklearn.base import BaseEstimator
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV

    class Nothing(BaseEstimator):
        def __init__(self, x: int = 0, epochs: int = 1) -> None:
            self.x, self.epochs = x, epochs

        def fit(self, rows: Any, labels: Any) -> Any:
            self.fitted_ = True
            return self

        def score(self, rows: Any, labels: Any) -> float:
            return -float(self.x)

    search = HalvingRandomSearchCV(
        Nothing(),
        {"x": list(range(count))},
        n_candidates=count,
        factor=eta,
        resource="epochs",
        min_resources=low,
        max_resources=high,
        cv=2,
        refit=False,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit([[0], [1], [2], [3]], [0, 1, 0, 1])
    return tuple(zip(search.n_candidates_, search.n_resources_, strict=True))


def optuna_grid(space: Mapping[str, Sequence[Any]]) -> set[tuple[Any, ...]]:
    """Return all that Optuna's GridSampler tries."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = optuna.create_study(sampler=optuna.samplers.GridSampler(space, seed=0))
        study.optimize(
            lambda t: float(len([t.suggest_categorical(name, space[name]) for name in space]))
        )
    return {tuple(trial.params[name] for name in space) for trial in study.trials}
