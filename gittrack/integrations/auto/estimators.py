"""Listen to scikit-learn: the outermost ``fit`` of each model, and scores that the program computes."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from gittrack.core.standard.collections import Callable
from gittrack.integrations.auto import recording

_METRICS = (
    *("accuracy_score", "balanced_accuracy_score", "f1_score", "precision_score", "recall_score"),
    *("roc_auc_score", "average_precision_score", "log_loss", "brier_score_loss"),
    *("matthews_corrcoef", "cohen_kappa_score", "jaccard_score", "r2_score"),
    *("mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "max_error"),
    *("mean_absolute_percentage_error", "explained_variance_score", "median_absolute_error"),
    *("silhouette_score", "adjusted_rand_score", "normalized_mutual_info_score"),
)


def sklearn_base(module: Any) -> None:
    """Listen to every ``fit`` that is declared from now on, and to ``score`` of models."""
    context = getattr(module, "_fit_context", None)
    if context is None:  # before scikit-learn 1.3
        return

    @functools.wraps(context)
    def fit_context(*args: Any, **keywords: Any) -> Callable[..., Any]:
        decorate = context(*args, **keywords)
        return lambda method: (
            _fit(decorate(method)) if method.__name__ == "fit" else decorate(method)
        )

    module._fit_context = fit_context
    recording.replace(module.ClassifierMixin, "score", functools.partial(_score, "accuracy"))
    recording.replace(module.RegressorMixin, "score", functools.partial(_score, "r2"))


def _fit(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def fit(estimator: Any, *args: Any, **keywords: Any) -> Any:
        training = recording.guard.attempt(_begin, estimator)
        with recording.inside():
            result = method(estimator, *args, **keywords)
        if training is not None:
            recording.guard.attempt(_end, training, estimator)
        return result

    return fit


def _begin(estimator: Any) -> Any:
    """Begin to record a model; a scaler or an encoder, which predicts nothing, is not recorded."""
    if recording.is_inside() or not hasattr(type(estimator), "predict"):
        return None
    training = recording.training("scikit-learn")
    if training is not None:
        from gittrack.integrations import sklearn  # noqa: PLC0415

        training.begin()
        training.guard.attempt(sklearn.add_params, training, estimator)
    return training


def _end(training: Any, estimator: Any) -> None:
    from gittrack.integrations import sklearn  # noqa: PLC0415

    sklearn.add_results(training, estimator)
    training.close()


def _score(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    def score(self: Any, *args: Any, **keywords: Any) -> Any:
        with recording.inside():
            value = method(self, *args, **keywords)
        recording.log({name: value})
        return value

    return score


def sklearn_metrics(module: ModuleType) -> None:
    """Listen to the functions of ``sklearn.metrics`` that return one number."""
    for name in _METRICS:
        recording.replace(module, name, functools.partial(_metric, name))


def _metric(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def metric(*args: Any, **keywords: Any) -> Any:
        value = function(*args, **keywords)
        if getattr(value, "ndim", 0) == 0:
            recording.log({name.removesuffix("_score"): value})
        return value

    return metric
