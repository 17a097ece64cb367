"""The files of ``wandb.run``: saved files, artifacts and models."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import Any

from gittrack.core.standard.collections import Sequence
from gittrack.integrations.base.guard import ErrorGuard
from gittrack.integrations.wandb import artifact as artifacts
from gittrack.integrations.wandb import notices
from gittrack.record.run import Run


class WandbRunFiles:
    """The methods of W&B's run for files, on a run of gittrack."""

    gittrack: Run
    id: str

    def __init__(self, guard: ErrorGuard) -> None:
        self._guard = guard
        self._saved: list[tuple[str, str | None]] = []

    def save(
        self, glob_str: Any = None, base_path: Any = None, policy: str = "live"
    ) -> list[str] | bool:
        """Store the files that a pattern matches as artifacts: now, and again when the run ends."""
        if glob_str is None:
            return True
        pattern, base = os.fspath(glob_str), os.fspath(base_path) if base_path else None
        self._saved += [(pattern, base)] if policy in ("live", "end") else []
        return self._guard.attempt(self._save, pattern, base, default=[]) or []

    def _save(self, pattern: str, base: str | None) -> list[str]:
        paths = sorted(glob.glob(pattern, recursive=True))
        for path in paths:
            name = os.path.relpath(path, base) if base else None
            self.gittrack.log_artifact(path, name)
        return paths

    def log_artifact(
        self,
        artifact_or_path: Any,
        name: str | None = None,
        type: str | None = None,
        aliases: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
    ) -> artifacts.WandbArtifact:
        """Store an artifact, a file or a folder."""
        artifact = artifact_or_path
        if not isinstance(artifact, artifacts.WandbArtifact):
            path = os.fspath(artifact_or_path).removeprefix("file://")
            artifact = artifacts.WandbArtifact(name or Path(path).name, type or "unspecified")
            (artifact.add_dir if os.path.isdir(path) else artifact.add_file)(path)
        names = [aliases] if isinstance(aliases, str) else list(aliases or [])
        self._guard.attempt(artifact.store, self.gittrack, names)
        return artifact

    upsert_artifact = finish_artifact = log_artifact

    def use_artifact(
        self, artifact_or_name: Any, type: str | None = None, aliases: Any = None, **more: Any
    ) -> artifacts.WandbArtifact:
        """Return an artifact that a run has recorded, and note in the run that it is used."""
        if isinstance(artifact_or_name, artifacts.WandbArtifact):
            return artifact_or_name
        artifact = artifacts.find(str(artifact_or_name))
        source = artifact.logged_by()
        if source is not None:
            self._guard.attempt(self.gittrack.add_tags, f"uses={artifact.name}@{source.id[-8:]}")
        return artifact

    def log_model(self, path: Any, name: str | None = None, aliases: Any = None) -> None:
        """Store a model as an artifact."""
        self.log_artifact(path, name or f"run_{self.id}_model", "model", aliases)

    def use_model(self, name: str) -> str:
        """Return the path of a copy of a model."""
        artifact = self.use_artifact(name)
        folder = artifact.download()
        files = artifact.files()
        return str(Path(folder) / files[0]) if len(files) == 1 else folder

    def link_model(
        self, path: Any, registered_model_name: str, name: Any = None, **more: Any
    ) -> None:
        """Store a model, and print the command that registers it when the run has ended."""
        self.log_model(path, name or registered_model_name)
        notices.print_once(
            f"to register it when the run has ended: git track model register {registered_model_name} @"
        )

    def link_artifact(self, artifact: Any, target_path: str, **more: Any) -> None:
        """Print the command that registers an artifact when the run has ended."""
        name = str(target_path).rpartition("/")[2]
        notices.print_once(
            f"to register it when the run has ended: git track model register {name} @"
        )

    def restore(
        self, name: str, run_path: str | None = None, replace: bool = False, root: Any = None
    ) -> Any:
        """Copy a file of an earlier run to the current folder, and return it opened."""
        from gittrack.integrations.wandb import api  # noqa: PLC0415 - only this reads runs

        return api.restore(self, name, run_path, replace=replace, root=root)

    def log_code(self, *args: Any, **more: Any) -> None:
        """Do nothing: the code of every run is recorded."""

    mark_preempting = status = to_html = display = log_code

    def save_again(self) -> None:
        """Store the files of ``save`` with their present content."""
        patterns, self._saved = self._saved, []
        for pattern, base in patterns:
            self._guard.attempt(self._save, pattern, base)
