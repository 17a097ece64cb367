"""The listeners of each framework, by the module after whose import they are installed."""

from __future__ import annotations

import importlib
from types import ModuleType

from gittrack.integrations.auto import recording

_MODULES = {
    "xgboost": "boosters",
    "lightgbm": "boosters",
    "keras": "networks",
    "lightning.pytorch": "networks",
    "pytorch_lightning": "networks",
    "transformers.trainer": "networks",
    "sklearn.base": "estimators",
    "sklearn.metrics": "estimators",
    "optuna": "studies",
    "wandb": "loggers",
    "torch.utils.tensorboard": "loggers",
    "tensorboardX": "loggers",
}


def install(module: ModuleType) -> None:
    """Listen to a framework that the program has just imported.

    Parameters
    ----------
    module : module
        The module, whose name is a key of the table.
    """
    name = module.__name__
    listener = importlib.import_module(f"gittrack.integrations.auto.{_MODULES[name]}")
    recording.guard.attempt(getattr(listener, name.replace(".", "_")), module)
