"""The model registry in Python: ``gittrack.registry()``."""

from __future__ import annotations

import os

from gittrack.api import arguments
from gittrack.api.model_version import ModelVersion
from gittrack.api.registry_reader import RegistryReader, address_of
from gittrack.api.runs import RunRecord
from gittrack.core.registry import names
from gittrack.core.standard.collections import Sequence
from gittrack.models import promote, register, retire
from gittrack.read.runs import resolve
from gittrack.record.run import Run


class Registry(RegistryReader):
    """The models of a repository: register, promote, and look them up.

    Parameters
    ----------
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.
    """

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
            self._repo, address_of(name, version), stage, why=message, require=require, force=force
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
        address = names.check_model(name) if version is None else address_of(name, version)
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
        retire.deprecate(self._repo, address_of(name, version), message)

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
        retire.remove(self._repo, address_of(name, version), force=force)


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
