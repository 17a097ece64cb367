"""``mlflow.start_run`` and what it begins: a stack of runs, of which the last is active."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any

from gittrack.api import run as api
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.standard.collections import Mapping
from gittrack.integrations.base import notices
from gittrack.integrations.base.guard import ErrorGuard
from gittrack.integrations.mlflow import autologging, entities
from gittrack.record.run import Run

_STATUS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed", "RUNNING": "finished"}


class MlflowException(TrackError):
    """An error of a call that MLflow refuses too."""


class ActiveRun:
    """A run between ``start_run`` and ``end_run``; a context manager with ``info`` and ``data``.

    Parameters
    ----------
    run : Run
        The run of gittrack, which is the attribute ``gittrack``.
    """

    def __init__(self, run: Run) -> None:
        self.gittrack = run
        self.guard = ErrorGuard("MLflow", strict=not run.disabled and run.strict)
        self.tags: dict[str, str] = {}

    @property
    def info(self) -> entities.RunInfoView:
        """Facts of the run: ``run_id``, ``run_name``, ``experiment_id``, ``status``, ``artifact_uri``."""
        return entities.info_of_live(self.gittrack)

    _info = info

    @property
    def data(self) -> entities.RunData:
        """What is recorded so far: ``params``, ``metrics``, ``tags``."""
        if self.gittrack.disabled:
            return entities.RunData({}, {}, {})
        return entities.recorded(self.gittrack.id).data

    def __enter__(self) -> ActiveRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _end(self, (kind, error, trace))


class _Session:
    """The runs that are active, and the experiment of the next one."""

    def __init__(self) -> None:
        self.stack: list[ActiveRun] = []
        self.last: ActiveRun | None = None
        self.experiment: str | None = None


_session = _Session()


def active_run() -> ActiveRun | None:
    """Return the active run; None without one."""
    while _session.stack and _session.stack[-1].gittrack.status != run_info.RUNNING:
        _session.stack.pop()
    return _session.stack[-1] if _session.stack else None


def last_active_run() -> ActiveRun | None:
    """Return the run that was active last."""
    return active_run() or _session.last


def current() -> ActiveRun:
    """Return the active run; without one, begin one, as MLflow does."""
    return active_run() or start_run()


def stack() -> list[ActiveRun]:
    """Return the runs that are active, the last one at the end."""
    return list(_session.stack)


def with_id(run_id: str) -> None:
    """Make sure that a run is the active one.  Raises MlflowException for another one."""
    active = active_run()
    if active is None or active.gittrack.id != run_id:
        raise MlflowException(
            f"the run {run_id} is not active",
            "a recorded run takes only annotations: git track tag",
        )


def experiment() -> str | None:
    """Return the experiment that ``set_experiment`` or ``MLFLOW_EXPERIMENT_NAME`` names."""
    return _session.experiment or clean_name(os.environ.get("MLFLOW_EXPERIMENT_NAME"))


def clean_name(name: Any) -> str | None:
    """Return a name as that of an experiment; of a path such as ``/Users/me/exp`` the last part."""
    if name in (None, "", "0"):
        return None
    text = str(name).strip("/")
    text = text.rpartition("/")[2] if str(name).startswith("/") else text
    clean = "".join(c if c.isascii() and (c.isalnum() or c in "._-/ ") else "-" for c in text)
    return layout.experiment_slug(clean.strip("-._/ ") or "default")


def set_experiment(
    experiment_name: str | None = None, experiment_id: Any = None, **more: Any
) -> entities.ExperimentView:
    """Set the experiment of the runs that follow."""
    name = clean_name(experiment_name if experiment_name is not None else experiment_id)
    _session.experiment = name
    return entities.ExperimentView(name or layout.DEFAULT_EXPERIMENT)


def start_run(
    run_id: str | None = None,
    experiment_id: Any = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: Mapping[str, Any] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> ActiveRun:
    """Begin a run, or continue one that stopped.

    Parameters
    ----------
    run_id : str, optional
        A run that crashed, failed or was killed, which continues.
    experiment_id : str, optional
        The experiment.  Default: that of `set_experiment`.
    run_name : str, optional
        The name.
    nested : bool, default False
        Whether the run may begin inside another one, whose child it is.
    tags : mapping, optional
        The tags.
    description : str, optional
        The note.
    parent_run_id, log_system_metrics : optional
        Without meaning.

    Raises
    ------
    MlflowException
        If a run is active, unless ``nested``.
    """
    notices.ignore(
        "mlflow.start_run",
        {"parent_run_id": parent_run_id, "log_system_metrics": log_system_metrics},
        {"parent_run_id": "begin the run with nested=True inside its parent"},
    )
    run_id = run_id or os.environ.pop("MLFLOW_RUN_ID", None)
    around = active_run()
    if around is not None and not nested:
        raise MlflowException(
            f"the run {around.gittrack.id} is active already",
            "end it with mlflow.end_run(), or begin a child with nested=True",
        )
    run = api.init(
        clean_name(experiment_id) or experiment() if run_id is None else None,
        name=run_name.replace("@", "-at-") if run_name else None,
        tags=[f"{key}={value}" for key, value in (tags or {}).items()],
        note=description,
        resume=run_id,
        reinit="create_new",
    )
    autologging.apply()
    run.__enter__()
    active = ActiveRun(run)
    active.tags.update({str(key): str(value) for key, value in (tags or {}).items()})
    _session.stack.append(active)
    return active


def end_run(status: str = "FINISHED") -> None:
    """End the active run; without one, nothing happens."""
    active = active_run()
    if active is not None:
        active.gittrack.finish(_STATUS.get(str(status), "finished"))
        _end(active, (None, None, None))


def _end(active: ActiveRun, error: tuple[Any, Any, Any]) -> None:
    """End a run, and those that began in it."""
    while active in _session.stack and _session.stack[-1] is not active:
        _end(_session.stack[-1], error)
    if active in _session.stack:
        _session.stack.remove(active)
    _session.last = active
    active.guard.report()
    active.gittrack.__exit__(*error)
