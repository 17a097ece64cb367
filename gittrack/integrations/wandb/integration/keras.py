"""``wandb.keras``: the callback of `gittrack.integrations.keras`."""

from __future__ import annotations

from typing import Any

from gittrack.integrations.wandb import notices
from gittrack.integrations.wandb.integration import frameworks


def WandbMetricsLogger(*args: Any, **more: Any) -> Any:
    """Return a callback that records the active run."""
    return frameworks.callback("keras")


def WandbModelCheckpoint(*args: Any, **more: Any) -> Any:
    """Return the checkpoints of Keras, whose files ``wandb.save`` stores."""
    notices.print_once(
        "wandb.keras.WandbModelCheckpoint writes files; run.log_artifact stores them"
    )
    return frameworks.checkpoint(*args, **more)


def WandbCallback(monitor: str = "val_loss", save_model: bool = False, **more: Any) -> Any:
    """Return a callback that records the active run."""
    return frameworks.callback("keras", log_model="best" if save_model else None)
