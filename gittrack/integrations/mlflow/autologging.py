"""``mlflow.autolog``: the trainings of the frameworks that are imported are recorded from now on."""

from __future__ import annotations

import functools
import importlib
import sys
from types import SimpleNamespace
from typing import Any

from gittrack.core.standard.collections import Callable
from gittrack.integrations.auto.recording import replace, with_callback
from gittrack.integrations.base import notices
from gittrack.integrations.base.guard import ErrorGuard

_patched: set[str] = set()
_enabled: set[str] = set()
_guard = ErrorGuard("MLflow")
_inside = SimpleNamespace(on=False)  # of the process: what joblib fits in threads is inside, too


def autolog(framework: str | None = None, disable: bool = False, **more: Any) -> None:
    """Record the trainings of a framework, or of all that gittrack knows.

    Frameworks that are imported later are found when a run begins.
    """
    names = set(_PATCHES) if framework is None else {framework}
    if disable:
        _enabled.difference_update(names)
        return
    if framework is not None and framework not in _PATCHES:
        notices.print_once(
            f"mlflow.{framework}.autolog records nothing here: see docs/integrations.md"
        )
        return
    _enabled.update(names)
    apply()


def apply() -> None:
    """Replace the functions of the enabled frameworks that are imported."""
    for name in sorted(_enabled - _patched):
        if any(module in sys.modules for module in _MODULES.get(name, (name,))):
            _patched.add(name)
            _guard.attempt(_PATCHES[name])


def _callback(framework: str) -> Any:
    return importlib.import_module(f"gittrack.integrations.{framework}").GittrackCallback(
        log_model="last"
    )


def _with_callback(framework: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes a training function record, however its callbacks are passed."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        listened = with_callback(lambda others: _callback(framework))(original)

        @functools.wraps(original)
        def call(*args: Any, **keywords: Any) -> Any:
            if framework not in _enabled or _inside.on:
                return original(*args, **keywords)
            _inside.on = True
            try:
                return listened(*args, **keywords)
            finally:
                _inside.on = False

        return call

    return make


def _listen(framework: str, modules: tuple[str, ...]) -> None:
    for module in modules:
        replace(sys.modules.get(module), "train", _with_callback(framework))


def _patch_xgboost() -> None:
    _listen("xgboost", ("xgboost", "xgboost.sklearn"))


def _patch_lightgbm() -> None:
    _listen("lightgbm", ("lightgbm", "lightgbm.sklearn"))


def _patch_keras() -> None:
    replace(sys.modules["keras"].Model, "fit", _with_callback("keras"))


def _patch_lightning() -> None:
    for name in _MODULES["pytorch"]:
        replace(getattr(sys.modules.get(name), "Trainer", None), "fit", _with_logger)


def _with_logger(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``Trainer.fit`` with a logger more."""

    @functools.wraps(original)
    def fit(trainer: Any, *args: Any, **keywords: Any) -> Any:
        if "pytorch" in _enabled:
            _guard.attempt(_add_logger, trainer)
        return original(trainer, *args, **keywords)

    return fit


def _add_logger(trainer: Any) -> None:
    kind = importlib.import_module("gittrack.integrations.lightning").GittrackLogger
    if not any(isinstance(logger, kind) for logger in trainer.loggers):
        trainer.loggers = [*trainer.loggers, kind(log_model="last")]


def _patch_sklearn() -> None:
    discovery = importlib.import_module("sklearn.utils")
    models = [kind for _, kind in discovery.all_estimators() if hasattr(kind, "predict")]
    owners = {base: None for kind in models for base in kind.__mro__ if "fit" in vars(base)}
    for owner in owners:
        owner.fit = _fitted(owner.fit)


def _fitted(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``fit`` that records the outermost model that is fitted."""

    @functools.wraps(original)
    def fit(estimator: Any, *args: Any, **keywords: Any) -> Any:
        if "sklearn" not in _enabled or _inside.on:
            return original(estimator, *args, **keywords)
        _inside.on = True
        try:
            block = _guard.attempt(_fitting, estimator)
            if block is None:
                return original(estimator, *args, **keywords)
            with block as run:
                result = original(estimator, *args, **keywords)
                _guard.attempt(_add_score, run, estimator, args)
                _guard.attempt(_add_children, estimator)
            return result
        finally:
            _inside.on = False

    return fit


def _fitting(estimator: Any) -> Any:
    return importlib.import_module("gittrack.integrations.sklearn").fitting(
        estimator, log_model="best"
    )


def _add_score(run: Any, estimator: Any, data: tuple[Any, ...]) -> None:
    """Record the score on the data of the training, as MLflow does."""
    if len(data) > 1 and hasattr(estimator, "score") and run is not None:
        run.summary["training_score"] = float(estimator.score(*data[:2]))


def _add_children(estimator: Any, most: int = 5) -> None:
    """Record the best candidates of a search as child runs."""
    results = getattr(estimator, "cv_results_", None)
    if results is None:
        return
    session = importlib.import_module("gittrack.integrations.mlflow.session")
    for index in sorted(range(len(results["params"])), key=lambda i: results["rank_test_score"][i])[
        :most
    ]:
        with session.start_run(nested=True) as child:
            child.gittrack.log_params(results["params"][index])
            names = ("mean_test_score", "std_test_score", "mean_fit_time")
            child.gittrack.log({name: float(results[name][index]) for name in names})


_MODULES = {"pytorch": ("lightning.pytorch", "pytorch_lightning")}  # if not that of the name
_PATCHES: dict[str, Callable[[], None]] = {
    "keras": _patch_keras,
    "lightgbm": _patch_lightgbm,
    "pytorch": _patch_lightning,
    "sklearn": _patch_sklearn,
    "xgboost": _patch_xgboost,
}
