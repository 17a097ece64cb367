"""``wandb.Api``: recorded runs with W&B's names and filters."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from gittrack.api import records
from gittrack.api.runs import RunRecord
from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Iterator, Mapping, Sequence
from gittrack.integrations.wandb import artifact as artifacts
from gittrack.integrations.wandb import notices, settings

# What filters and orders can name beside config and summary_metrics, and W&B's other names for it.
_ATTRIBUTES = ("created_at", "group", "id", "job_type", "name", "notes", "project", "state", "tags")
_ALIASES = {"display_name": "name", "displayName": "name", "createdAt": "created_at"}
_ALIASES |= {"jobType": "job_type", "description": "notes", "sweep": "group"}


class WandbApi:
    """``wandb.Api()``: reads the runs of this repository; ``entity`` in a path is ignored."""

    def __init__(self, overrides: Mapping[str, Any] | None = None, **more: Any) -> None:
        self._project = dict(overrides or {}).get("project")

    def runs(
        self,
        path: str | None = None,
        filters: Mapping[str, Any] | None = None,
        order: str = "-created_at",
        per_page: int = 50,
        **more: Any,
    ) -> list[RecordedRun]:
        """Return the runs of a project.

        Parameters
        ----------
        path : str, optional
            ``entity/project``, or a project.
        filters : mapping, optional
            Conditions in the language of MongoDB, such as ``{"config.lr": {"$lt": 0.1}}``.
        order : str, default "-created_at"
            A name to sort by; with ``-`` in front the largest is first.
        per_page : int
            Without meaning: all runs are returned.
        """
        project = str(path).rpartition("/")[2] if path else self._project
        runs = [RecordedRun(run) for run in records.runs(settings.experiment(project))]
        chosen = [run for run in runs if _holds(filters or {}, run)]
        key = order.lstrip("+-")
        if key != "created_at" or not order.startswith("-"):
            chosen.sort(key=lambda run: _rank(run.value(key)), reverse=order.startswith("-"))
        return chosen

    def run(self, path: str) -> RecordedRun:
        """Return a run by its id, or by a path that ends with it."""
        address = str(path).rstrip("/").rpartition("/")[2]
        for record in records.runs():
            if f"id={address}" in record.tags:
                return RecordedRun(record)
        return RecordedRun(records.get(address))

    def artifact(self, name: str, type: str | None = None) -> artifacts.WandbArtifact:
        """Return an artifact by its address."""
        return artifacts.find(name)

    def projects(self, entity: str | None = None, **more: Any) -> list[str]:
        """Return the experiments."""
        return list(dict.fromkeys(run.experiment for run in records.runs()))

    def flush(self) -> None:
        """Do nothing: every call reads the repository."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"wandb.Api has no {name!r} here; gittrack.runs(), gittrack.get() and git track sweep show it"
        )


class RecordedRun:
    """A recorded run with W&B's attributes.

    Parameters
    ----------
    record : RunRecord
        The run, which is the attribute ``gittrack``.
    """

    def __init__(self, record: RunRecord) -> None:
        self.gittrack = record
        labels = dict(tag.partition("=")[::2] for tag in record.tags if "=" in tag)
        self.id = labels.get("id") or record.id
        self.name = record.name or self.id
        self.project, self.group = record.experiment, record.group
        self.job_type = labels.get("job_type")
        self.notes, self.created_at = record.note, record.started
        self.tags = [tag for tag in record.tags if tag.partition("=")[0] not in ("id", "job_type")]
        self.state = {"killed": "crashed"}.get(record.status, record.status)
        self.config = dict(record.params)
        self.summary = {name: metric.last for name, metric in record.metrics.items()}
        self.summary_metrics = self.summary
        self.url = f"git track show {record.id[-8:]}"

    def value(self, key: str) -> Any:
        """Return what a filter or an order names, such as ``config.lr``, ``summary_metrics.loss``."""
        head, _, rest = key.partition(".")
        if head == "config":
            path = tuple(rest.removesuffix(".value").split("."))
            try:
                return nested.at_keys(self.config, path)
            except (KeyError, TypeError):
                return None
        if head in ("summary", "summary_metrics"):
            return self.summary.get(rest)
        name = _ALIASES.get(key, key)
        if name not in _ATTRIBUTES:
            raise notices.WandbError(
                f"runs have no {key!r:.40} to choose or sort by",
                f"use config.NAME, summary_metrics.NAME, {', '.join(_ATTRIBUTES)}",
            )
        return getattr(self, name)

    def scan_history(
        self, keys: Sequence[str] | None = None, **more: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield a dict for each step, with ``_step`` and the metrics that have a point there."""
        steps: dict[float, dict[str, Any]] = {}
        for step, name, value, _ in self.gittrack.points():
            if keys is None or name in keys:
                steps.setdefault(step, {"_step": step})[name] = value
        yield from (steps[step] for step in sorted(steps))

    def history(
        self,
        samples: int = 500,
        keys: Sequence[str] | None = None,
        pandas: bool = True,
        **more: Any,
    ) -> Any:
        """Return the points: a DataFrame, or a list of dicts with ``pandas=False``."""
        rows = list(self.scan_history(keys))
        if not pandas:
            return rows
        import pandas as library  # noqa: PLC0415 - optional

        return library.DataFrame(rows)

    def files(self, names: Sequence[str] | None = None, **more: Any) -> list[RecordedFile]:
        """Return the artifacts."""
        paths = [str(item["path"]) for item in self.gittrack.outputs]
        return [RecordedFile(self.gittrack, path) for path in paths if not names or path in names]

    def file(self, name: str) -> RecordedFile:
        """Return an artifact by its path."""
        return RecordedFile(self.gittrack, name)

    def logged_artifacts(self, **more: Any) -> list[artifacts.WandbArtifact]:
        """Return the artifacts that were logged with a name."""
        tags = [
            tag.removeprefix(artifacts.TAG)
            for tag in self.gittrack.tags
            if tag.startswith(artifacts.TAG)
        ]
        names = [tag for tag in tags if ":" not in tag]
        return [artifacts.WandbArtifact.of_run(self.gittrack, name, "v0") for name in names]

    def __repr__(self) -> str:
        return repr(self.gittrack)


class RecordedFile:
    """An artifact of a recorded run: ``download`` copies it."""

    def __init__(self, record: RunRecord, name: str) -> None:
        self._record, self.name = record, name

    def download(self, root: str = ".", replace: bool = False, **more: Any) -> Any:
        """Copy the file below a folder, and return it opened."""
        path = Path(root, self.name)
        if path.exists() and not replace:
            raise notices.WandbError(f"{path} exists", "pass replace=True")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._record.artifact(self.name), path)
        return open(path, encoding="utf-8", errors="replace")


def restore(run: Any, name: str, run_path: str | None, *, replace: bool, root: Any) -> Any:
    """Copy a file of a run to a folder, and return it opened; see `WandbRun.restore`."""
    target = Path(root or ".", name)
    if target.exists() and not replace:
        return open(target, encoding="utf-8", errors="replace")
    try:
        record = WandbApi().run(run_path).gittrack if run_path else records.get(run.gittrack.id)
        return RecordedFile(record, name).download(os.fspath(root or "."), replace=True)
    except TrackError as error:
        raise ValueError(f"File {name} not found: {error}") from error


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda a, b: _equals(a, b),
    "$ne": lambda a, b: not _equals(a, b),
    "$gt": lambda a, b: a is not None and a > b,
    "$gte": lambda a, b: a is not None and a >= b,
    "$lt": lambda a, b: a is not None and a < b,
    "$lte": lambda a, b: a is not None and a <= b,
    "$in": lambda a, b: _is_in(a, b),
    "$nin": lambda a, b: not _is_in(a, b),
    "$exists": lambda a, b: (a is not None) == bool(b),
    "$regex": lambda a, b: _matches(a, b),
}


def _equals(value: Any, other: Any) -> bool:
    """Return whether a value, or an item of a list such as the tags, is another one."""
    return bool(value == other) or (isinstance(value, list) and other in value)


def _is_in(value: Any, others: Any) -> bool:
    """Return whether a value, or an item of a list such as the tags, is among others."""
    return any(item in others for item in value) if isinstance(value, list) else value in others


def _matches(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.search(pattern, value) is not None


def _holds(filters: Mapping[str, Any], run: RecordedRun) -> bool:
    """Return whether a run fulfils conditions in the language of MongoDB."""
    for key, condition in filters.items():
        if key in ("$and", "$or", "$nor"):
            parts = [_holds(part, run) for part in condition]
            result = all(parts) if key == "$and" else any(parts) == (key == "$or")
        else:
            result = _fits(run.value(key), condition)
        if not result:
            return False
    return True


def _fits(value: Any, condition: Any) -> bool:
    if not isinstance(condition, Mapping):
        return _equals(value, condition)
    for operator, operand in condition.items():
        if operator == "$not":
            if _fits(value, operand):
                return False
            continue
        if operator not in _COMPARISONS:
            raise notices.WandbError(
                f"there is no comparison {operator}", f"use {', '.join(_COMPARISONS)}"
            )
        try:
            if not _COMPARISONS[operator](value, operand):
                return False
        except TypeError:  # values of different types
            return False
    return True


def _rank(value: Any) -> tuple[bool, float, str]:
    value = None if value != value else value  # NaN
    is_number = isinstance(value, (int, float))
    return (value is not None, float(value) if is_number else 0.0, "" if is_number else str(value))
