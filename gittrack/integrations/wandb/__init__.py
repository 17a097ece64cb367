"""``import gittrack.integrations.wandb as wandb``: what scripts with W&B type, recorded by gittrack."""

from __future__ import annotations

import importlib
import os
from types import SimpleNamespace
from typing import Any

from gittrack.integrations.wandb import notices, plot, session
from gittrack.integrations.wandb.active_run import WandbRun as Run
from gittrack.integrations.wandb.api import WandbApi as Api
from gittrack.integrations.wandb.artifact import WandbArtifact as Artifact
from gittrack.integrations.wandb.media import WandbAudio as Audio
from gittrack.integrations.wandb.media import WandbHistogram as Histogram
from gittrack.integrations.wandb.media import WandbHtml as Html
from gittrack.integrations.wandb.media import WandbImage as Image
from gittrack.integrations.wandb.media import WandbPlotly as Plotly
from gittrack.integrations.wandb.media import WandbTable as Table
from gittrack.integrations.wandb.media import WandbVideo as Video
from gittrack.integrations.wandb.notices import WandbConfigError
from gittrack.integrations.wandb.notices import WandbError as Error
from gittrack.integrations.wandb.notices import WandbUsageError as UsageError
from gittrack.integrations.wandb.run_config import BeforeInit, WandbConfig
from gittrack.integrations.wandb.session import finish, init, log
from gittrack.integrations.wandb.settings import WandbSettings as Settings
from gittrack.integrations.wandb.sweeps import agent, sweep

__all__ = [
    "Api",
    "Artifact",
    "Audio",
    "Error",
    "Histogram",
    "Html",
    "Image",
    "Plotly",
    "Run",
    "Settings",
    "Table",
    "UsageError",
    "Video",
    "agent",
    "finish",
    "init",
    "log",
    "plot",
    "sweep",
]

AlertLevel = SimpleNamespace(INFO="INFO", WARN="WARN", ERROR="ERROR")
data_types = SimpleNamespace(
    Image=Image, Table=Table, Histogram=Histogram, Audio=Audio, Video=Video, Html=Html
)
errors = SimpleNamespace(
    Error=Error, UsageError=UsageError, CommError=Error, WandbConfigError=WandbConfigError
)
wandb_sdk = SimpleNamespace(
    wandb_run=SimpleNamespace(Run=Run), wandb_config=SimpleNamespace(Config=WandbConfig)
)
join = finish
_METHODS = (
    *("alert", "define_metric", "link_artifact", "link_model", "log_artifact", "log_code"),
    *("log_model", "mark_preempting", "restore", "save", "use_artifact", "use_model", "watch"),
)
# `from wandb.keras import WandbCallback`, and the same of `wandb.integration.keras`
__path__.append(os.path.join(__path__[0], "integration"))
_SUBMODULES = ("integration", "keras", "lightgbm", "sklearn", "xgboost")


def __getattr__(name: str) -> Any:
    if name == "run":
        return session.active()
    if name in ("config", "summary"):
        run = session.active()
        return BeforeInit(name) if run is None else getattr(run, name)
    if name in _METHODS:
        return getattr(session.require(name), name)
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in notices.INSTEAD:
        return notices.unsupported(name)
    if name.startswith("__"):
        raise AttributeError(name)
    raise notices.unknown(name, [*__all__, *_METHODS, *_SUBMODULES, "config", "run", "summary"])


def __dir__() -> list[str]:
    return [*__all__, *_METHODS, *_SUBMODULES, "config", "run", "summary"]
