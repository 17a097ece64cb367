"""``mlflow.register_model``: a version in the model registry of the repository."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gittrack.api.registry import registry
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.integrations.base import notices
from gittrack.integrations.mlflow import session


class VersionView(NamedTuple):
    """A version of a model; its number is None until the run has ended."""

    name: str
    version: str | None
    run_id: str
    source: str
    current_stage: str = "None"


def model_name(name: str) -> str:
    """Return a name that a model of the registry can have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", str(name)).strip("-._") or "model"


def register_model(
    model_uri: str, name: str, await_registration_for: Any = None, **more: Any
) -> VersionView:
    """Register a run as a version of a model; an active run is registered when it has ended.

    Parameters
    ----------
    model_uri : str
        ``runs:/RUN_ID/path``; the path names the artifacts.
    name : str
        The name of the model.
    await_registration_for : optional
        Without meaning.

    Raises
    ------
    MlflowException
        If the address is not that of a run.
    """
    match = re.fullmatch(r"runs:/([^/]+)(?:/(.+))?", str(model_uri))
    if match is None:
        raise session.MlflowException(
            f"{model_uri!r} is not the address of a run", "write runs:/RUN_ID/model"
        )
    run_id, path = match[1], match[2]
    active = next((run for run in session.stack() if run.gittrack.id == run_id), None)
    if active is not None and active.gittrack.status == run_info.RUNNING:
        active.gittrack.at_end(lambda: _register_ended(active, name, path))
        return VersionView(model_name(name), None, run_id, str(model_uri))
    return _register(name, run_id, path)


def _register_ended(active: session.ActiveRun, name: str, path: str | None) -> None:
    """Register a run that has ended; the launcher of ``git track run`` commits its run later."""
    run_id = active.gittrack.id
    if active.gittrack.published is None:
        notices.print_once(
            f"to register it: git track model register {model_name(name)} {run_id[-8:]}"
        )
    else:
        active.guard.attempt(_register, name, run_id, path)


def _register(name: str, run_id: str, path: str | None) -> VersionView:
    clean = model_name(name)
    try:
        version = registry().register(clean, run_id, artifacts=[path] if path else ())
    except TrackError as error:
        if "already" not in error.message:
            raise
        notices.print_once(str(error))
        return VersionView(clean, None, run_id, f"runs:/{run_id}")
    notices.print_once(f"registered {clean}@{version.version}")
    return VersionView(clean, str(version.version), run_id, f"runs:/{run_id}/{path or ''}")


def promote(name: str, version: Any, stage: str) -> Any:
    """Promote a version to a stage."""
    return registry().promote(model_name(name), str(version), stage.lower())
