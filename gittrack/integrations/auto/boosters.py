"""Listen to XGBoost and LightGBM: every training gets the callback of the integration."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from gittrack.core.standard.collections import Sequence
from gittrack.integrations.auto import recording


def xgboost(module: ModuleType) -> None:
    """Listen to ``train`` and ``cv``, and to the estimators, which call ``train``."""
    for name in ("xgboost", "xgboost.training", "xgboost.sklearn"):
        for function in ("train", "cv"):
            recording.replace(
                sys.modules.get(name), function, recording.with_callback(_xgboost_callback)
            )


def _xgboost_callback(others: Sequence[Any]) -> Any:
    from gittrack.integrations.xgboost import GittrackCallback  # noqa: PLC0415

    if any(isinstance(other, GittrackCallback) for other in others):
        return None
    training = recording.training("XGBoost")
    return None if training is None else GittrackCallback.of(training)


def lightgbm(module: ModuleType) -> None:
    """Listen to ``train`` and ``cv``, and to the estimators, which call ``train``."""
    for name in ("lightgbm", "lightgbm.engine", "lightgbm.sklearn"):
        for function in ("train", "cv"):
            recording.replace(
                sys.modules.get(name), function, recording.with_callback(_lightgbm_callback)
            )


def _lightgbm_callback(others: Sequence[Any]) -> Any:
    from gittrack.integrations.lightgbm import GittrackCallback  # noqa: PLC0415

    if any(isinstance(other, GittrackCallback) for other in others):
        return None
    training = recording.training("LightGBM")
    return None if training is None else GittrackCallback.of(training)
