"""A version of a model, and the events of a model, as the Python API returns them."""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.api.runs import RunRecord
from gittrack.core.registry import names
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.standard.collections import Mapping
from gittrack.models import promote
from gittrack.read.registry import versions


class ModelVersion:
    """One version of a model, as it was when it was read.  The methods of `Registry` return such versions.

    Attributes
    ----------
    model : str
        The name of the model.
    version : int or str
        3 for ``v3.0.0``, else the text ``1.2.0``.
    semver : str
        All three numbers: ``3.0.0``.
    number : int
        The first number.
    stage : str
        ``production``, else ``staging``, else another stage, else ``archived`` or ``development``.
    stages : tuple of str
        All stages that the version is in.
    deprecated : bool
        Whether the version is not to be used any more.
    commit : str
        The id of the run commit.
    tag : str or None
        The name of the tag that registered the version.
    message : str
        Why it was registered.
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
        """The last value of each metric of the run, as the tag records it."""
        return dict(self._version.facts.get("metrics") or {})

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        """The artifacts, as the tag records them: ``path``, ``size`` in bytes, ``sha256``."""
        return list(self._version.facts.get("artifacts") or [])

    @property
    def run(self) -> RunRecord:
        """The run.

        Raises
        ------
        NoSuchRun
            If the version is a commit of something else.
        """
        return RunRecord(self._repo, versions.run_of(self._repo, self._version))


def history(model: Model, stage: str | None) -> list[Mapping[str, Any]]:
    """Return the events of a model, or of one of its stages; see `Registry.history`."""
    of_commit = {version.commit: version.plain for version in model.versions}
    return [
        {
            "event": event.mark.kind,
            "version": of_commit.get(event.text.commit),
            "stage": event.mark.stage or None,
            "number": event.mark.number or None,
            "at": event.at,
            "by": event.text.person,
            "why": event.why,
            "tag": event.tag,
        }
        for event in promote.history(model, stage)
    ]
