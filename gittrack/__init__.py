"""gittrack: ML experiment tracking that is nothing but git.

::

    import gittrack

    with gittrack.init(experiment="digits", config={"lr": 0.003}) as run:
        run.log({"val_accuracy": 0.97}, step=1)

What is offered here is defined in `gittrack.api`, which is imported at the first use: ``import gittrack``
by itself costs next to nothing.  It only has ``sys.exit`` tell us its code: see `gittrack.record.exits`.
"""

from __future__ import annotations

from gittrack.core.typed import TYPE_CHECKING, Any
from gittrack.record import exits
from gittrack.version import __version__

if TYPE_CHECKING:
    from gittrack.api import diff, fingerprint, finish, get, init, log, params, runs
    from gittrack.core.errors import AmbiguousRun, NoSuchRun, NotARepository, TrackError
    from gittrack.modelapi import ModelVersion, Registry, registry
    from gittrack.pipeline import main
    from gittrack.record.run import Run
    from gittrack.seeding import generator, jax_key, seed_everything
    from gittrack.sequence import RunRecord, Runs

_HOMES = {
    **dict.fromkeys(
        ("diff", "finish", "fingerprint", "get", "init", "log", "params", "runs"), "gittrack.api"
    ),
    **dict.fromkeys(
        ("AmbiguousRun", "NoSuchRun", "NotARepository", "TrackError"), "gittrack.core.errors"
    ),
    **dict.fromkeys(("RunRecord", "Runs"), "gittrack.sequence"),
    "Run": "gittrack.record.run",
    **dict.fromkeys(("ModelVersion", "Registry", "registry"), "gittrack.modelapi"),
    "main": "gittrack.pipeline",
    **dict.fromkeys(("generator", "jax_key", "seed_everything"), "gittrack.seeding"),
}
__all__ = [
    "AmbiguousRun",
    "ModelVersion",
    "NoSuchRun",
    "NotARepository",
    "Registry",
    "Run",
    "RunRecord",
    "Runs",
    "TrackError",
    "__version__",
    "diff",
    "fingerprint",
    "finish",
    "generator",
    "get",
    "init",
    "jax_key",
    "log",
    "main",
    "params",
    "registry",
    "runs",
    "seed_everything",
]


exits.listen()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gittrack' has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - only when something is asked for

    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
