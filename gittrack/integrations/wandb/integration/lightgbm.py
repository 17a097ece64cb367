"""``wandb.lightgbm``: the callback of `gittrack.integrations.lightgbm`."""

from __future__ import annotations

from typing import Any

from gittrack.integrations.wandb import notices, session
from gittrack.integrations.wandb.integration import frameworks
from gittrack.integrations.wandb.media import Chart


def wandb_callback(log_params: bool = True, define_metric: bool = True) -> Any:
    """Return a callback that records the active run."""
    return frameworks.callback("lightgbm")


def log_summary(
    model: Any, feature_importance: bool = True, save_model_checkpoint: bool = False, **more: Any
) -> None:
    """Log the importance of each feature, and print how to keep the model."""
    run = session.require("lightgbm.log_summary")
    booster = getattr(model, "booster_", model)
    if feature_importance:
        pairs = zip(booster.feature_name(), booster.feature_importance(), strict=True)
        rows = sorted(([name, int(value)] for name, value in pairs), key=lambda row: -row[1])
        chart = Chart("bar", "feature importance", ["feature", "importance"], rows)
        run.log({"feature_importance": chart}, commit=False)
    if save_model_checkpoint:
        run.attempt(_keep, run, booster)
    if more:
        notices.ignore("wandb.lightgbm.log_summary", more)


def _keep(run: Any, booster: Any) -> None:
    with frameworks.temporary_file("model.txt") as path:
        booster.save_model(path)
        run.gittrack.log_artifact(path, "model/model.txt")
