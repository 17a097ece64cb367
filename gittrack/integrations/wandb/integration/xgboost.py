"""``wandb.xgboost.WandbCallback``: the callback of `gittrack.integrations.xgboost`."""

from __future__ import annotations

from typing import Any

from gittrack.integrations.wandb.integration import frameworks


def WandbCallback(log_model: bool = False, **more: Any) -> Any:
    """Return a callback that records the active run."""
    return frameworks.callback("xgboost", log_model="last" if log_model else None)


wandb_callback = WandbCallback
