"""Which version of a model an address means, and the run that it is of."""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import NoSuchRun, TrackError, did_you_mean
from gittrack.core.fast_typing import TYPE_CHECKING
from gittrack.core.registry import model_state, names
from gittrack.core.registry.model_state import Model, Version

if TYPE_CHECKING:
    from gittrack.read.runs.reader import Raw


class NoSuchModel(TrackError):
    """No model, version or stage answers to the address."""


def chosen(model: Model, wanted: names.Address) -> Version:
    """Return the version of a model that an address means.  Raises NoSuchModel."""
    if wanted.version:
        for one in model.versions:
            if one.number == wanted.version:
                return one
        known = [one.short for one in model.versions]
        asked = names.short(wanted.version)
        raise NoSuchModel(
            f"{model.name} has no version {asked}",
            did_you_mean(asked, known, "") or f"there are: {_some(known)}",
        )
    if wanted.stage:
        found = in_stage(model, wanted.stage)
        if found is None:
            there = [f"{stage} ({one.short})" for stage, one in model.stages.items()]
            hint = f"promote one: git track model promote {model.name}@latest {wanted.stage}"
            if there:
                hint = f"it has: {', '.join(there)}"
            raise NoSuchModel(
                f"{model.name} has no version in {wanted.stage}",
                did_you_mean(wanted.stage, model.stages, hint),
            )
        return found
    if model.latest is None and not any(one.number for one in model.versions):
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
    """Return the version in a stage; of ``development`` and ``archived`` the highest one; or None."""
    if stage in model.stages:
        return model.stages[stage]
    alike = [one for one in model.versions if one.stage == stage and not one.deprecated]
    return alike[-1] if stage in model_state.DERIVED and alike else None


def _some(known: list[str]) -> str:
    shown = ", ".join(known[-6:])
    return f"{shown} and {len(known) - 6} older" if len(known) > 6 else shown or "none"


def run_of(repo: git.Repo, version: Version) -> Raw:
    """Return the run that a version is of, with its body; its own ref need not be here.

    Raises NoSuchRun where the commit is no run's, such as one of the code that GTO registered.
    """
    from gittrack.read.runs import reader  # noqa: PLC0415 - the registry is looked at without its runs

    content = next(git.read_objects(repo, [version.commit]))
    raw = reader.of_commit(version.commit, content) if content is not None else None
    if raw is None:
        raise NoSuchRun(
            f"{version.model} {version.short} is the commit {version.commit[:12]}, which is no run",
            "register a run: git track model register NAME RUN",
        )
    return raw
