"""Listen to XGBoost and LightGBM: every training gets the callback of the integration."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from gittrack.integrations.auto import recording


def xgboost(module: ModuleType) -> None:
    """Listen to ``train`` and ``cv``, and to the estimators, which call ``train``."""
    for name in ("xgboost", "xgboost.training", "xgboost.sklearn"):
        owner = sys.modules.get(name)
        for function in ("train", "cv"):
            recording.replace(owner, function, _xgboost_training)


def _xgboost_training(original: Callable[..., Any]) -> Callable[..., Any]:
    def train(*args: Any, **keywords: Any) -> Any:
        callback = recording.guard.attempt(_xgboost_callback, keywords.get("callbacks"))
        if callback is None:
            return original(*args, **keywords)
        return original(
            *args, **{**keywords, "callbacks": [*(keywords.get("callbacks") or ()), callback]}
        )

    return train


def _xgboost_callback(others: Any) -> Any:
    from gittrack.integrations.xgboost import GittrackCallback  # noqa: PLC0415

    if any(isinstance(other, GittrackCallback) for other in others or ()):
        return None
    training = recording.training("XGBoost")
    return None if training is None else GittrackCallback.of(training)


def lightgbm(module: ModuleType) -> None:
    """Listen to ``train`` and ``cv``, and to the estimators, which call ``train``."""
    for name in ("lightgbm", "lightgbm.engine", "lightgbm.sklearn"):
        owner = sys.modules.get(name)
        for function in ("train", "cv"):
            recording.replace(owner, function, _lightgbm_training)


def _lightgbm_training(original: Callable[..., Any]) -> Callable[..., Any]:
    def train(*args: Any, **keywords: Any) -> Any:
        callback = recording.guard.attempt(_lightgbm_callback, keywords.get("callbacks"))
        if callback is None:
            return original(*args, **keywords)
        others = keywords.get("callbacks") or ()
        result = original(*args, **{**keywords, "callbacks": [*others, callback]})
        recording.guard.attempt(callback.close)
        return result

    return train


def _lightgbm_callback(others: Any) -> Any:
    from gittrack.integrations.lightgbm import GittrackCallback  # noqa: PLC0415

    if any(isinstance(other, GittrackCallback) for other in others or ()):
        return None
    training = recording.training("LightGBM")
    return None if training is None else GittrackCallback.of(training)
