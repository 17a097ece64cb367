"""gittrack: experiment tracking for machine learning, with git as the only store.

::

    import gittrack

    with gittrack.init(experiment="digits", config={"lr": 0.003}) as run:
        run.log({"val_accuracy": 0.97}, step=1)

The names are defined in `gittrack.api` and imported at their first use: ``import gittrack`` by itself
imports little.  It only wraps ``sys.exit``: see `gittrack.record.ending.exit_functions`.
"""

from __future__ import annotations

from gittrack.core.standard.importlib import import_module
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.record.ending import exit_functions
from gittrack.version import __version__

if TYPE_CHECKING:
    from gittrack.api.alerts import alert, save
    from gittrack.api.model_version import ModelVersion
    from gittrack.api.records import diff, get, page, runs
    from gittrack.api.registry import Registry, registry
    from gittrack.api.run import fingerprint, finish, init, log, params
    from gittrack.api.runs import RunRecord, Runs
    from gittrack.api.seeding import generator, jax_key, seed_everything
    from gittrack.api.sharing import pull, push
    from gittrack.cli.script import main
    from gittrack.core.errors import AmbiguousRun, NoSuchRun, NotARepository, TrackError
    from gittrack.record.media.figure import Figure
    from gittrack.record.media.image import Image
    from gittrack.record.media.sound import Audio, Video
    from gittrack.record.media.table import Histogram, Table
    from gittrack.record.media.text import Html, Text
    from gittrack.record.run import Run

_HOMES = {
    **dict.fromkeys(("alert", "save"), "gittrack.api.alerts"),
    **dict.fromkeys(("diff", "get", "page", "runs"), "gittrack.api.records"),
    **dict.fromkeys(("pull", "push"), "gittrack.api.sharing"),
    **dict.fromkeys(("finish", "fingerprint", "init", "log", "params"), "gittrack.api.run"),
    **dict.fromkeys(
        ("AmbiguousRun", "NoSuchRun", "NotARepository", "TrackError"), "gittrack.core.errors"
    ),
    **dict.fromkeys(("RunRecord", "Runs"), "gittrack.api.runs"),
    "Run": "gittrack.record.run",
    "Figure": "gittrack.record.media.figure",
    "Image": "gittrack.record.media.image",
    **dict.fromkeys(("Audio", "Video"), "gittrack.record.media.sound"),
    **dict.fromkeys(("Histogram", "Table"), "gittrack.record.media.table"),
    **dict.fromkeys(("Html", "Text"), "gittrack.record.media.text"),
    "ModelVersion": "gittrack.api.model_version",
    **dict.fromkeys(("Registry", "registry"), "gittrack.api.registry"),
    "main": "gittrack.cli.script",
    "load_ipython_extension": "gittrack.cli.notebook",  # %load_ext gittrack
    **dict.fromkeys(("generator", "jax_key", "seed_everything"), "gittrack.api.seeding"),
}
__all__ = [
    "AmbiguousRun",
    "Audio",
    "Figure",
    "Histogram",
    "Html",
    "Image",
    "ModelVersion",
    "NoSuchRun",
    "NotARepository",
    "Registry",
    "Run",
    "RunRecord",
    "Runs",
    "Table",
    "Text",
    "TrackError",
    "Video",
    "__version__",
    "alert",
    "diff",
    "fingerprint",
    "finish",
    "generator",
    "get",
    "init",
    "jax_key",
    "log",
    "main",
    "page",
    "params",
    "pull",
    "push",
    "registry",
    "runs",
    "save",
    "seed_everything",
]


# Short names of modules, and values of the active run, which another call may change.
_MODULES = {name: f"gittrack.integrations.{name}" for name in ("mlflow", "wandb")}
_OF_ACTIVE_RUN = ("config", "summary")
_FOLDERS = {
    *("analysis", "api", "cli", "core", "disk", "engines", "folding", "git", "integrations"),
    *("large", "launch", "models", "read", "record", "reproduce", "search", "share", "show"),
    *("sweep", "sweeping", "tidy", "version", "web"),
}
exit_functions.listen()


def __getattr__(name: str) -> Any:
    if (
        name in _FOLDERS
    ):  # `from gittrack import git` asks for the attribute before it imports the folder
        raise AttributeError(name)
    if name in _OF_ACTIVE_RUN:
        return getattr(import_module("gittrack.api.alerts"), name)()
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name not in _HOMES:
        habits = import_module("gittrack.core.run.habits")
        raise habits.unknown_name("gittrack", name, habits.FUNCTIONS, __dir__())
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, *_MODULES, *_OF_ACTIVE_RUN]
