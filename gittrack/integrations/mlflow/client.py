"""``MlflowClient``: reading runs, and recording into the active ones."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.api import records
from gittrack.core.standard.collections import Sequence
from gittrack.integrations.mlflow import entities, recording, registry, search, session


class FileView(NamedTuple):
    """An artifact: ``path``, ``is_dir``, ``file_size`` in bytes."""

    path: str
    is_dir: bool
    file_size: int | None


class MlflowClient:
    """``mlflow.MlflowClient()``; the addresses of servers are ignored."""

    def __init__(self, tracking_uri: Any = None, registry_uri: Any = None) -> None:
        self._run: entities.RunView | None = None

    get_run = staticmethod(search.get_run)
    get_experiment = staticmethod(search.get_experiment)
    get_experiment_by_name = staticmethod(search.get_experiment_by_name)
    create_experiment = staticmethod(search.create_experiment)
    search_experiments = staticmethod(search.search_experiments)

    def search_runs(
        self,
        experiment_ids: Sequence[Any],
        filter_string: str = "",
        run_view_type: Any = None,
        max_results: int = 1000,
        order_by: Sequence[str] | None = None,
        page_token: Any = None,
    ) -> list[entities.RunView]:
        """Return runs as a list; see `search_runs`."""
        runs = search.search_runs(
            experiment_ids, filter_string, None, max_results, order_by, output_format="list"
        )
        return list(runs)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileView]:
        """Return the files and folders of a run directly below a path."""
        items = {str(item["path"]): item for item in records.get(run_id).outputs}
        prefix = f"{path.strip('/')}/" if path else ""
        views: dict[str, FileView] = {}
        for name, item in items.items():
            if name.startswith(prefix):
                first, slash, _ = name.removeprefix(prefix).partition("/")
                size = None if slash else int(item.get("size") or 0)
                views[first] = FileView(f"{prefix}{first}", bool(slash), size)
        return [views[name] for name in sorted(views)]

    def download_artifacts(self, run_id: str, path: str, dst_path: Any = None) -> str:
        """Return the path of a copy of an artifact."""
        copy = records.get(run_id).artifact(path)
        if dst_path is None:
            return str(copy)
        target = Path(dst_path, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if copy.is_dir() else shutil.copyfile)(copy, target)
        return str(target)

    def get_metric_history(self, run_id: str, key: str) -> list[entities.PointView]:
        """Return the points of a metric."""
        record = records.get(run_id)
        start = entities.view(record).info.start_time or 0
        points = (point for point in record.points() if point[1] == key)
        return [
            entities.PointView(key, value, start + int(t * 1000), step)
            for step, _, value, t in points
        ]

    def log_metric(
        self, run_id: str, key: str, value: Any, timestamp: Any = None, step: Any = None
    ) -> None:
        """Record a point of an active run."""
        session.with_id(run_id)
        recording.log_metric(key, value, step)

    def log_param(self, run_id: str, key: str, value: Any) -> None:
        """Record a param of an active run."""
        session.with_id(run_id)
        recording.log_param(key, value)

    def log_batch(self, run_id: str, metrics: Any = (), params: Any = (), tags: Any = ()) -> None:
        """Record several values of an active run."""
        session.with_id(run_id)
        recording.log_params({param.key: param.value for param in params})
        for metric in metrics:
            recording.log_metric(metric.key, metric.value, metric.step)
        recording.set_tags({tag.key: tag.value for tag in tags})

    def set_tag(self, run_id: str, key: str, value: Any) -> None:
        """Set a tag of an active run."""
        session.with_id(run_id)
        recording.set_tag(key, value)

    def set_terminated(self, run_id: str, status: str = "FINISHED", end_time: Any = None) -> None:
        """End an active run."""
        session.with_id(run_id)
        session.end_run(status)

    def create_run(
        self, experiment_id: Any, start_time: Any = None, tags: Any = None, run_name: Any = None
    ) -> Any:
        """Begin a run, which is the active one until `set_terminated`."""
        return session.start_run(
            experiment_id=experiment_id, run_name=run_name, nested=True, tags=tags
        )

    def transition_model_version_stage(
        self, name: str, version: Any, stage: str, **more: Any
    ) -> Any:
        """Promote a version of a model."""
        return registry.promote(name, version, stage)

    def set_registered_model_alias(self, name: str, alias: str, version: Any) -> Any:
        """Promote a version of a model to the stage that has the name of the alias."""
        return registry.promote(name, version, alias)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"MlflowClient has no {name!r} here; gittrack.runs(), gittrack.get() and git track model do more"
        )
