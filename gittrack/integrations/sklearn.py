"""scikit-learn: ``with fitting(model): model.fit(X, y)``, or ``model.set_callbacks(GittrackCallback())``."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path
from typing import Any

import sklearn

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.integrations.base import versions
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "scikit-learn"
# Attributes of fitted estimators: series over iterations, and single values.
_SERIES = {
    "loss_curve_": "loss",
    "validation_scores_": "validation_score",
    "train_score_": "train_score",
    "validation_score_": "validation_score",
    "oob_improvement_": "oob_improvement",
    "scores_": "score",
}
_VALUES = {
    "best_score_": "best_score",
    "best_index_": "best_iteration",
    "best_loss_": "best_loss",
    "oob_score_": "oob_score",
    "inertia_": "inertia",
    "n_iter_": "iterations",
    "n_estimators_": "iterations",
    "lower_bound_": "lower_bound",
    "alpha_": "best_alpha",
    "C_": "best_C",
}


@contextlib.contextmanager
def fitting(
    estimator: Any,
    run: Run | None = None,
    *,
    log_model: str | None = None,
    strict: bool = False,
    **init: Any,
) -> Iterator[Run | None]:
    """Record what happens to an estimator in the ``with`` block: works with every estimator and version.

    Parameters
    ----------
    estimator : estimator
        The estimator that is fitted in the block, such as a pipeline or a grid search.
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, the block is a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Whether the fitted estimator is kept as an artifact, as a pickle; of a search the best one.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.

    Yields
    ------
    gittrack.Run or None
        The run, to add more: ``run.summary["test_accuracy"] = model.score(X, y)``.
    """
    versions.check(_NAME, sklearn.__version__)
    training = Training(_NAME, run, log_model=log_model, strict=strict, ends="block", **init)
    training.begin()
    training.guard.attempt(add_params, training, estimator)
    try:
        yield training.run
    except BaseException:
        training.close()
        raise
    training.guard.attempt(add_results, training, estimator)
    training.close()


class GittrackCallback:
    """A callback of scikit-learn 1.9 and newer: ``model.set_callbacks(GittrackCallback())``.

    For estimators that support callbacks, such as pipelines and searches; `fitting` works with all of them.
    The parameters are those of `fitting`.
    """

    max_propagation_depth = 0

    def __init__(self, run: Run | None = None, **options: Any) -> None:
        versions.check(_NAME, sklearn.__version__)
        self.training = Training(_NAME, run, **{"ends": "block", **options})

    def setup(self, estimator: Any, context: Any) -> None:
        """Begin the run."""
        self.training.begin()
        self.training.guard.attempt(add_params, self.training, estimator)

    def on_fit_task_begin(self, estimator: Any, context: Any, **values: Any) -> None:
        """Do nothing: only the whole fit is recorded."""

    def on_fit_task_end(self, estimator: Any, context: Any, **values: Any) -> bool:
        """Return whether the sweep of this run stops it early."""
        return self.training.should_stop()

    def teardown(self, estimator: Any, context: Any) -> None:
        """Record the results, and end the run; a fit that has raised an exception is failed."""
        self.training.guard.attempt(add_results, self.training, estimator)
        self.training.close()


def add_params(training: Training, estimator: Any) -> None:
    """Record the class of an estimator and its params; of inner estimators, too."""
    training.add_params({"model": type(estimator).__name__, **dict(params_of(estimator))})


def params_of(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Yield the params of an estimator; an inner estimator is the name of its class."""
    for name, value in estimator.get_params(deep=True).items():
        if hasattr(value, "get_params"):
            yield name, type(value).__name__
        elif isinstance(value, (list, tuple)) and any(map(_is_step, value)):
            yield name, [step[0] for step in value if _is_step(step)]
        else:
            yield name, value


def _is_step(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) > 1 and hasattr(value[1], "get_params")


def add_results(training: Training, estimator: Any) -> None:
    """Record what a fitted estimator says about its fit: series, best values, tables, the model."""
    fitted = estimator[-1] if hasattr(estimator, "named_steps") else estimator
    for attribute, name in _SERIES.items():
        for step, value in enumerate(_numbers(getattr(fitted, attribute, ()))):
            training.log({name: value}, step)
    numbers = ((name, _number(fitted, attribute)) for attribute, name in _VALUES.items())
    training.summary({name: number for name, number in numbers if number is not None})
    results = getattr(fitted, "cv_results_", None)
    if isinstance(results, Mapping):
        training.add_params({"best": dict(params_of_best(fitted))})
        training.keep_file(lambda path: write_table(results, path), "cv_results.csv")
    if training.log_model:
        best = getattr(fitted, "best_estimator_", fitted) if fitted is estimator else estimator
        training.keep_model(lambda path: _pickle(best, path), "model.pkl")


def params_of_best(search: Any) -> Iterator[tuple[str, Any]]:
    """Yield the best params of a search."""
    yield from getattr(search, "best_params_", {}).items()


def write_table(results: Mapping[str, Sequence[Any]], path: str) -> None:
    """Write ``cv_results_`` as CSV: a row for each candidate."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = [name for name in results if name != "params"]
        writer.writerow(names)
        writer.writerows(zip(*(results[name] for name in names), strict=True))


def _numbers(values: Any) -> list[float]:
    """Return a one-dimensional sequence of numbers as floats; of anything else nothing."""
    if values is None or isinstance(values, (str, Mapping)) or getattr(values, "ndim", 1) != 1:
        return []
    return [float(value) for value in values]


def _number(fitted: Any, attribute: str) -> float | None:
    value = getattr(fitted, attribute, None)
    if getattr(value, "size", 1) != 1 or isinstance(value, (str, list, tuple, Mapping)):
        return None
    return None if value is None else float(getattr(value, "item", lambda: value)())


def _pickle(model: Any, path: str) -> None:
    Path(path).write_bytes(pickle.dumps(model))
