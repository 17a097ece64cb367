"""The model registry as ``gittrack.registry()`` hands it out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack import git
from gittrack.api import arguments, repository
from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Version
from gittrack.models import promote, register, retire
from gittrack.read.registry import versions
from gittrack.read.registry.models import Registry as _State
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.record.run import Run


class ModelVersion:
    """One version of a model, as it was when it was asked for.

    ``.version`` is 3 for ``v3.0.0``, else the text ``1.2.0``; ``.number`` is its first number, ``.stage`` the
    stage to tell and ``.stages`` all of them, ``.metrics`` and ``.artifacts`` are what its tag says, ``.run``
    is the run.
    """

    def __init__(self, repo: git.Repo, version: Version) -> None:
        self._repo, self._version = repo, version
        self.model = version.model
        self.version = version.plain
        self.semver = version.number.removeprefix("v")
        self.number = names.order(version.number)[0]
        self.stage = version.stage
        self.stages = version.stages
        self.deprecated = version.deprecated
        self.commit = version.commit
        self.tag = version.event.tag if version.event else None
        self.message = version.event.why if version.event else ""

    def __repr__(self) -> str:
        return f"<{self.model} {self._version.short}, {self.stage}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelVersion) and self._version == other._version

    def __hash__(self) -> int:
        return hash((self.model, self.semver, self.commit))

    @property
    def metrics(self) -> dict[str, float]:
        """The last value of each metric of the run, as the tag says."""
        return dict(self._version.facts.get("metrics") or {})

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        """The artifacts: path, size in bytes, sha256."""
        return list(self._version.facts.get("artifacts") or [])

    @property
    def run(self) -> RunRecord:
        """The run.  Raises NoSuchRun where the version is a commit of something else."""
        return RunRecord(self._repo, versions.run_of(self._repo, self._version))


class Registry:
    """The models of a repository: register, promote, and look them up."""

    def __init__(self, repo: str | os.PathLike[str] | None = None) -> None:
        self._repo = repository.find(repo)

    def register(
        self,
        name: str,
        run: str | Run | RunRecord,
        *,
        version: str | None = None,
        artifacts: Sequence[str] = (),
        message: str = "",
    ) -> ModelVersion:
        """Make a run, or the address of one, the next version of a model.  Raises TrackError."""
        names.check_model(name)
        if isinstance(run, (Run, RunRecord)):
            run = str(run.id)
        address = arguments.text(run, "the run", "register('net', 'a1b2c3')")
        raw = resolve.resolve(self._repo, address)
        _, made = register.register(
            self._repo, name, raw, version=version, artifacts=artifacts, why=message
        )
        return ModelVersion(self._repo, made)

    def promote(
        self,
        name: str,
        version: int | str,
        stage: str,
        *,
        message: str = "",
        require: str | None = None,
        force: bool = False,
    ) -> ModelVersion:
        """Put a version into a stage.  Raises TrackError where a gate, a rule or a hook refuses."""
        names.check_stage(stage)
        done = promote.promote(
            self._repo, _address(name, version), stage, why=message, require=require, force=force
        )
        return ModelVersion(self._repo, done.version)

    def demote(
        self,
        name: str,
        version: int | str | None = None,
        stage: str | None = None,
        *,
        message: str = "",
    ) -> None:
        """Take a version out of its stages or out of one; without ``version``, what is in ``stage``."""
        address = names.check_model(name) if version is None else _address(name, version)
        promote.demote(self._repo, address, stage, message)

    def deprecate(self, name: str, version: int | str, *, message: str = "") -> None:
        """Mark a version as not to be used any more."""
        retire.deprecate(self._repo, _address(name, version), message)

    def remove(self, name: str, version: int | str, *, force: bool = False) -> None:
        """Remove a version that never reached a stage; ``force`` takes any."""
        retire.remove(self._repo, _address(name, version), force=force)

    def get(
        self, name: str, version: int | str | None = None, *, stage: str | None = None
    ) -> ModelVersion | None:
        """Return the latest version, one by number, or the one in a stage; None where there is none.

        Raises TrackError for a malformed name.
        """
        names.check_model(name)
        if version is not None and stage is not None:
            raise TrackError("a version and a stage are asked for", "ask for one of them")
        if stage is not None:
            wanted = names.Address(name, stage=names.check_stage(stage))
        else:
            wanted = names.parse_address(name if version is None else _address(name, version))
        state = _State(self._repo)
        if name not in state:
            return None
        try:
            return ModelVersion(self._repo, versions.select(state.model(name), wanted))
        except versions.NoSuchModel:
            return None

    def models(self) -> list[str]:
        """Return the names of all models, sorted."""
        return [model.name for model in _State(self._repo).every()]

    def versions(self, name: str) -> list[ModelVersion]:
        """Return the versions of a model, the oldest first; none of an unknown one."""
        names.check_model(name)
        state = _State(self._repo)
        if name not in state:
            return []
        return [ModelVersion(self._repo, one) for one in state.model(name).versions]

    def history(self, name: str, stage: str | None = None) -> list[Mapping[str, Any]]:
        """Return what happened to a model, in order: ``event version stage number at by why``, ``tag``."""
        names.check_model(name)
        state = _State(self._repo)
        if name not in state:
            return []
        model = state.model(name)
        of_commit = {one.commit: one.plain for one in model.versions}
        return [_told(event, of_commit) for event in promote.history(model, stage)]


def _address(name: str, version: int | str) -> str:
    """Return the address of a version.  Raises TrackError for arguments of another type."""
    if isinstance(version, bool) or not isinstance(version, (int, str)):
        raise TrackError(f"the version is {version!r}", "pass its number, or '1.2.0'")
    return f"{names.check_model(name)}@{version}"


def _told(event: Event, of_commit: Mapping[str, int | str]) -> dict[str, Any]:
    return {
        "event": event.mark.kind,
        "version": of_commit.get(event.text.commit),
        "stage": event.mark.stage or None,
        "number": event.mark.number or None,
        "at": event.at,
        "by": event.text.person,
        "why": event.why,
        "tag": event.tag,
    }


def registry(*, repo: str | os.PathLike[str] | None = None) -> Registry:
    """Return the model registry of a repository.  Raises NotARepository."""
    return Registry(repo)
