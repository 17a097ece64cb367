"""MLflow's views of runs and experiments: ``run.info.run_id``, ``run.data.metrics``."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack.api import records
from gittrack.api.runs import RunRecord
from gittrack.core.run import commit_message, run_info
from gittrack.record.run import Run

_STATUS = {"crashed": "FAILED", "damaged": "FAILED"}


class RunInfoView(NamedTuple):
    """The facts of a run under MLflow's names; times in milliseconds since 1970."""

    run_id: str
    run_name: str | None
    experiment_id: str
    status: str
    artifact_uri: str
    start_time: int | None = None
    end_time: int | None = None
    user_id: str | None = None
    lifecycle_stage: str = "active"

    @property
    def run_uuid(self) -> str:
        """The id."""
        return self.run_id


class RunData(NamedTuple):
    """Params and tags as text, and the last value of each metric."""

    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]

    def to_dictionary(self) -> dict[str, Any]:
        """Return the three as a dict."""
        return self._asdict()


class RunView(NamedTuple):
    """A recorded run under MLflow's names."""

    info: RunInfoView
    data: RunData
    gittrack: RunRecord


class ExperimentView(NamedTuple):
    """An experiment: its name is its id."""

    name: str
    artifact_location: str = "."
    lifecycle_stage: str = "active"

    @property
    def experiment_id(self) -> str:
        """The name."""
        return self.name


class Param(NamedTuple):
    """A param."""

    key: str
    value: Any


class RunTag(NamedTuple):
    """A tag."""

    key: str
    value: Any


class PointView(NamedTuple):
    """A point of a metric; the time in milliseconds since 1970."""

    key: str
    value: float
    timestamp: int = 0
    step: float = 0


Metric = PointView


class ViewType:
    """Which runs a search returns; all of them here."""

    ACTIVE_ONLY, DELETED_ONLY, ALL = 1, 2, 3


def artifact_uri(run_id: str) -> str:
    """Return the address of the artifacts of a run."""
    return f"runs:/{run_id}"


def info_of_live(run: Run) -> RunInfoView:
    """Return the facts of a run of this process."""
    status = _STATUS.get(run.status, run.status.upper())
    return RunInfoView(run.id, run.name, run.experiment, status, artifact_uri(run.id))


def recorded(run_id: str) -> RunView:
    """Return a run by its id.  Raises NoSuchRun."""
    return view(records.get(run_id))


def view(record: RunRecord) -> RunView:
    """Return a record under MLflow's names."""
    info = record.info
    start = None if not info.started else int(run_info.from_iso(info.started) * 1000)
    end = None if start is None or info.duration is None else start + int(info.duration * 1000)
    facts = RunInfoView(
        info.id,
        info.name,
        info.experiment,
        _STATUS.get(info.status, info.status.upper()),
        artifact_uri(info.id),
        start,
        None if info.status == run_info.RUNNING else end,
        info.user,
    )
    params = {name: str(value) for name, value in commit_message.dotted(info.params).items()}
    metrics = {name: metric.last for name, metric in info.metrics.items()}
    return RunView(facts, RunData(params, metrics, _tags(record)), record)


def _tags(record: RunRecord) -> dict[str, str]:
    pairs = (tag.partition("=") for tag in record.tags)
    tags = {name: value for name, _, value in pairs}
    own = {
        "mlflow.runName": record.name,
        "mlflow.parentRunId": record.parent,
        "mlflow.note.content": record.note,
        "mlflow.user": record.user,
        "mlflow.source.git.commit": record.info.code.commit,
    }
    return {**tags, **{name: str(value) for name, value in own.items() if value}}
