"""The version of a model that an address means, and its run."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import NoSuchRun, TrackError, did_you_mean
from gittrack.core.registry import model_state, names
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.run import commit_message
from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gittrack.read.runs.reader import Raw


class NoSuchModel(TrackError):
    """The address does not name an existing model, version or stage."""


def select(model: Model, target: names.Address) -> Version:
    """Return the version of a model that an address means; a bare name means the latest.

    Raises NoSuchModel with the versions or stages that exist.
    """
    if target.version:
        for version in model.versions:
            if version.number == target.version:
                return version
        available = [version.short for version in model.versions]
        requested = names.short(target.version)
        raise NoSuchModel(
            f"{model.name} has no version {requested}",
            did_you_mean(requested, available, "") or f"there are: {_some(available)}",
        )
    if target.stage:
        holder = in_stage(model, target.stage)
        if holder is None:
            holders = [f"{stage} ({version.short})" for stage, version in model.stages.items()]
            hint = f"promote one: git track model promote {model.name}@latest {target.stage}"
            if holders:
                hint = f"it has: {', '.join(holders)}"
            raise NoSuchModel(
                f"{model.name} has no version in {target.stage}",
                did_you_mean(target.stage, model.stages, hint),
            )
        return holder
    if model.latest is None and not any(version.number for version in model.versions):
        raise NoSuchModel(
            f"no version of {model.name} is registered here",
            "fetch its tags, or register a run: git track model register NAME RUN",
        )
    if model.latest is None:
        raise NoSuchModel(
            f"every version of {model.name} is deprecated", f"see: git track model ls {model.name}"
        )
    return model.latest


def in_stage(model: Model, stage: str) -> Version | None:
    """Return the version in a stage, or None; for ``development`` and ``archived`` the highest version."""
    if stage in model.stages:
        return model.stages[stage]
    alike = [
        version for version in model.versions if version.stage == stage and not version.deprecated
    ]
    return alike[-1] if stage in model_state.DERIVED and alike else None


def _some(names: list[str]) -> str:
    newest = ", ".join(names[-6:])
    return f"{newest} and {len(names) - 6} older" if len(names) > 6 else newest or "none"


def run_of(repo: git.Repo, version: Version) -> Raw:
    """Return the run of a version, with its summary; the ref of the run may be missing.

    Raises NoSuchRun if the commit is not a run, such as a commit of code that GTO registered.
    """
    content = next(git.read_objects(repo, [version.commit]))
    raw = _run_of_commit(version.commit, content) if content is not None else None
    if raw is None:
        raise NoSuchRun(
            f"{version.model} {version.short} is the commit {version.commit[:12]}, which is not a run",
            "register a run: git track model register NAME RUN",
        )
    return raw


def _run_of_commit(oid: str, content: bytes) -> Raw | None:
    """Return the run of a run commit, without its ref; None for other commits."""
    from gittrack.read.runs import reader  # noqa: PLC0415 - listings of models need no runs

    start, problem = reader.body_of(content)
    if problem:
        return None
    body = content[start:]
    try:
        values = [commit_message.find(body, key) for key in ("id", "experiment", "started")]
    except ValueError:
        return None
    if not all(isinstance(value, str) for value in values) or not layout.is_id(values[0]):
        return None
    return reader.Raw(values[0], values[1], None, oid, body)
