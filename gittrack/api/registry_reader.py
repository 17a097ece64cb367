"""Look up models and their versions: the part of ``gittrack.registry()`` that changes nothing."""

from __future__ import annotations

import os
from typing import Any

from gittrack.api import repository
from gittrack.api.model_version import ModelVersion, history
from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.core.standard.collections import Mapping
from gittrack.read.registry import versions
from gittrack.read.registry.models import Registry as _State


class RegistryReader:
    """The models of a repository, to look up."""

    def __init__(self, repo: str | os.PathLike[str] | None = None) -> None:
        self._repo = repository.find(repo)

    def get(
        self, name: str, version: int | str | None = None, *, stage: str | None = None
    ) -> ModelVersion | None:
        """Return a version of a model: the latest one, one by number, or the one in a stage.

        Parameters
        ----------
        name : str
            The name of the model.
        version : int or str, optional
            The version, as for `promote`.  Default: the latest one that is not deprecated.
        stage : str, optional
            The stage; only without ``version``.

        Returns
        -------
        ModelVersion or None
            None if there is no such model, version or stage.

        Raises
        ------
        TrackError
            If a name is malformed, or both a version and a stage are given.
        """
        names.check_model(name)
        if version is not None and stage is not None:
            raise TrackError("both a version and a stage are given", "give one of them")
        if stage is not None:
            target = names.Address(name, stage=names.check_stage(stage))
        else:
            target = names.parse_address(name if version is None else address_of(name, version))
        state = _State(self._repo)
        if name not in state:
            return None
        try:
            return ModelVersion(self._repo, versions.select(state.model(name), target))
        except versions.NoSuchModel:
            return None

    def models(self) -> list[str]:
        """Return the names of all models, as a sorted list of str."""
        return [model.name for model in _State(self._repo).every()]

    def versions(self, name: str) -> list[ModelVersion]:
        """Return the versions of a model.

        Parameters
        ----------
        name : str
            The name of the model.

        Returns
        -------
        list of ModelVersion
            The oldest version is first; empty if there is no such model.
        """
        names.check_model(name)
        state = _State(self._repo)
        if name not in state:
            return []
        return [ModelVersion(self._repo, version) for version in state.model(name).versions]

    def history(self, name: str, stage: str | None = None) -> list[Mapping[str, Any]]:
        """Return the events of a model.

        Parameters
        ----------
        name : str
            The name of the model.
        stage : str, optional
            Only events of this stage.

        Returns
        -------
        list of dict
            In order, with the keys ``event``, ``version``, ``stage``, ``number``, ``at``, ``by``, ``why`` and
            ``tag``; empty if there is no such model.
        """
        names.check_model(name)
        state = _State(self._repo)
        if name not in state:
            return []
        return history(state.model(name), stage)


def address_of(name: str, version: int | str) -> str:
    """Return the address of a version.  Raises TrackError for arguments of another type."""
    if isinstance(version, bool) or not isinstance(version, (int, str)):
        raise TrackError(f"the version is {version!r}", "pass its number, or '1.2.0'")
    return f"{names.check_model(name)}@{version}"
