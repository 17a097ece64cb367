"""``import gittrack.integrations.mlflow as mlflow``: what scripts with MLflow type, recorded by gittrack."""

from __future__ import annotations

import importlib
import os
from types import SimpleNamespace
from typing import Any

from gittrack.core.errors import did_you_mean
from gittrack.integrations.base import notices
from gittrack.integrations.mlflow.autologging import autolog
from gittrack.integrations.mlflow.client import MlflowClient
from gittrack.integrations.mlflow.recording import (
    delete_tag,
    get_artifact_uri,
    log_artifact,
    log_artifacts,
    log_dict,
    log_figure,
    log_image,
    log_input,
    log_metric,
    log_metrics,
    log_param,
    log_params,
    log_table,
    log_text,
    set_tag,
    set_tags,
)
from gittrack.integrations.mlflow.registry import register_model
from gittrack.integrations.mlflow.saving import PythonFunction
from gittrack.integrations.mlflow.search import (
    create_experiment,
    get_experiment,
    get_experiment_by_name,
    get_run,
    search_experiments,
    search_runs,
)
from gittrack.integrations.mlflow.session import (
    ActiveRun,
    MlflowException,
    active_run,
    end_run,
    last_active_run,
    set_experiment,
    start_run,
)
from gittrack.integrations.mlflow.tracking import (
    get_tracking_uri,
    is_tracking_uri_set,
    set_tracking_uri,
)

__all__ = [
    "ActiveRun",
    "MlflowClient",
    "MlflowException",
    "active_run",
    "autolog",
    "create_experiment",
    "delete_tag",
    "end_run",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_run",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "last_active_run",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "register_model",
    "search_experiments",
    "search_runs",
    "set_experiment",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "start_run",
]

__version__ = "3.0.0"  # whose names these are; some scripts compare it
pyfunc = PythonFunction()
exceptions = SimpleNamespace(MlflowException=MlflowException)
# `import mlflow.sklearn`
__path__.append(os.path.join(__path__[0], "flavors"))
_SUBMODULES = (
    *("catboost", "keras", "lightgbm", "pytorch", "sklearn", "tensorflow", "xgboost"),
    *("data", "models"),
)
# {name: what to use instead}
_INSTEAD = {
    "set_registry_uri": "the registry is in your repository",
    "enable_system_metrics_logging": "gittrack[system] and track.system",
    "disable_system_metrics_logging": "git config track.system false",
    "evaluate": "run.log the metrics that you compute",
    "trace": "git track does not record traces",
    "login": "nothing to log in to: runs are commits of your repository",
    "projects": "git track run -- COMMAND",
    "spark": "the callbacks in gittrack.integrations",
    "system_metrics": "gittrack[system] and track.system",
}


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _INSTEAD:
        notices.print_once(f"mlflow.{name} does nothing here; instead: {_INSTEAD[name]}")
        return notices.Nothing()
    if name.startswith("__"):
        raise AttributeError(name)
    hint = did_you_mean(name, [*__all__, *_SUBMODULES], "see docs/coming-from/mlflow.md")
    raise AttributeError(f"gittrack.integrations.mlflow has no {name!r}: {hint}")


def __dir__() -> list[str]:
    return [*__all__, *_SUBMODULES]
