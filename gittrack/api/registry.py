"""The model registry in Python: ``gittrack.registry()``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.api import arguments, repository
from gittrack.api.model_version import ModelVersion, history
from gittrack.api.runs import RunRecord
from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.models import promote, register, retire
from gittrack.read.registry import versions
from gittrack.read.registry.models import Registry as _State
from gittrack.read.runs import resolve
from gittrack.record.run import Run


class Registry:
    """The models of a repository: register, promote, and look them up.

    Parameters
    ----------
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.
    """

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
        """Make a run a version of a model.

        Parameters
        ----------
        name : str
            The name of the model.
        run : str, Run or RunRecord
            A committed run, or its address as for `gittrack.get`.
        version : str, optional
            The number, such as ``'1.2.0'``.  Default: the next whole number.
        artifacts : sequence of str, optional
            Paths among the artifacts of the run, files or folders.  Default: all artifacts.
        message : str, default ''
            Why; it is recorded.

        Returns
        -------
        ModelVersion

        Raises
        ------
        TrackError
            If the run cannot be registered, or is a version of the model already.
        """
        names.check_model(name)
        if isinstance(run, (Run, RunRecord)):
            run = str(run.id)
        address = arguments.text(run, "the run", "register('net', 'a1b2c3')")
        raw = resolve.resolve(self._repo, address)
        _, registered = register.register(
            self._repo, name, raw, version=version, artifacts=artifacts, why=message
        )
        return ModelVersion(self._repo, registered)

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
        """Put a version into a stage.

        Parameters
        ----------
        name : str
            The name of the model.
        version : int or str
            The version: 3, ``'v3'``, ``'1.2.0'`` or ``'latest'``.
        stage : str
            The stage, such as ``staging`` or ``production``.
        message : str, default ''
            Why; it is recorded.
        require : str, optional
            A query that the run must match, such as ``metrics.val_accuracy > 0.9``; ``force`` does not
            overrule it.
        force : bool, default False
            Whether to promote despite artifacts that are not here, an unfinished run, code that is committed
            nowhere else, and the gate of the stage; it is recorded.

        Returns
        -------
        ModelVersion

        Raises
        ------
        TrackError
            If there is no such version, or a gate, a rule or a hook refuses.
        """
        names.check_stage(stage)
        promotion = promote.promote(
            self._repo, _address(name, version), stage, why=message, require=require, force=force
        )
        return ModelVersion(self._repo, promotion.version)

    def demote(
        self,
        name: str,
        version: int | str | None = None,
        stage: str | None = None,
        *,
        message: str = "",
    ) -> None:
        """Take a version out of one stage or out of all of its stages.

        Parameters
        ----------
        name : str
            The name of the model.
        version : int or str, optional
            The version, as for `promote`.  Default: the version in ``stage``.
        stage : str, optional
            The stage.  Default: all stages of the version.
        message : str, default ''
            Why; it is recorded.

        Raises
        ------
        TrackError
            If the version is in no such stage, or neither a version nor a stage is given.
        """
        address = names.check_model(name) if version is None else _address(name, version)
        promote.demote(self._repo, address, stage, message)

    def deprecate(self, name: str, version: int | str, *, message: str = "") -> None:
        """Mark a version as not to be used any more; it leaves its stages.

        Parameters
        ----------
        name : str
            The name of the model.
        version : int or str
            The version: 3, ``'v3'``, ``'1.2.0'`` or ``'latest'``.
        message : str, default ''
            Why; it is recorded.

        Raises
        ------
        TrackError
            If there is no such version, or it is deprecated already.
        """
        retire.deprecate(self._repo, _address(name, version), message)

    def remove(self, name: str, version: int | str, *, force: bool = False) -> None:
        """Remove a version that was never in a stage.

        Parameters
        ----------
        name : str
            The name of the model.
        version : int or str
            The version: 3, ``'v3'``, ``'1.2.0'`` or ``'latest'``.
        force : bool, default False
            Whether to remove a version that was in a stage, too.

        Raises
        ------
        TrackError
            If there is no such version, or it was in a stage and ``force`` is not set.
        """
        retire.remove(self._repo, _address(name, version), force=force)

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
            target = names.parse_address(name if version is None else _address(name, version))
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


def _address(name: str, version: int | str) -> str:
    """Return the address of a version.  Raises TrackError for arguments of another type."""
    if isinstance(version, bool) or not isinstance(version, (int, str)):
        raise TrackError(f"the version is {version!r}", "pass its number, or '1.2.0'")
    return f"{names.check_model(name)}@{version}"


def registry(*, repo: str | os.PathLike[str] | None = None) -> Registry:
    """Return the model registry of a repository.

    Parameters
    ----------
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.

    Returns
    -------
    Registry

    Raises
    ------
    NotARepository
        If there is no repository.
    """
    return Registry(repo)
