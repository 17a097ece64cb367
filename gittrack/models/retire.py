"""Versions that must not be used any more: deprecate them and keep their history, or remove them."""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.registry.names import DEPRECATE, DEREGISTER, Mark
from gittrack.models import ledger, promote
from gittrack.models.ledger import Draft, RegistryChange
from gittrack.read.registry import versions
from gittrack.read.registry.models import Registry


def deprecate(repo: git.Repo, address: str, why: str = "") -> list[Version]:
    """Deprecate a version, or with a bare name the whole model, and remove it from its stages.

    Returns the versions that are deprecated by this, as they were before.  Raises TrackError if they were
    deprecated already.
    """
    target = names.parse_address(address)
    bare = target.is_bare
    affected: list[Version] = []

    def decide(now: Registry, model: Model | None) -> RegistryChange:
        model = model or now.model(target.model)
        chosen = list(model.versions) if bare else [versions.select(model, target)]
        if model.deprecated or (not bare and chosen[0].deprecated):
            subject = model.name if bare else f"{model.name} {chosen[0].short}"
            raise TrackError(
                f"{subject} is deprecated already", f"see: git track model ls {model.name}"
            )
        affected[:] = chosen
        drafts = [
            draft
            for version in chosen
            for stage in version.stages
            for draft in promote.demotions(model, version, stage, why or "it was deprecated")
        ]
        return RegistryChange([*drafts, _draft(model, chosen[-1], bare, why)])

    ledger.change(repo, target.model, decide, f"gittrack: deprecate {address}")
    return affected


def _draft(model: Model, version: Version, whole: bool, why: str) -> Draft:
    facts = {"model": model.name, "version": None if whole else version.number, "why": why}
    if whole:
        summary = ("deprecate", f"{model.name}")
        return Draft(Mark(model.name, DEPRECATE), version.commit, summary, facts, counted=False)
    if not version.number:
        raise TrackError(
            f"{model.name} {version.short} was never registered", "demote the commit instead"
        )
    summary = ("deprecate", f"{model.name} {version.short}")
    facts |= {"from": version.stage, "run": version.facts.get("run")}
    return Draft(Mark(model.name, DEREGISTER, version.number), version.commit, summary, facts)


def remove(repo: git.Repo, address: str, *, force: bool = False) -> Version:
    """Delete the tag of a version that never was in a stage; with ``force``, of any version.

    The events of its stages stay, because they are history and their numbers are not used again.  A version
    that is in a stage is demoted first.  Raises TrackError.
    """
    target = names.parse_address(address)
    if target.is_bare:
        raise TrackError(
            f"which version of {target.model} is meant?", f"write {target.model}@3", code=2
        )
    removed: list[Version] = []

    def decide(now: Registry, model: Model | None) -> RegistryChange:
        model = model or now.model(target.model)
        version = versions.select(model, target)
        removed[:] = [version]
        reached = [e for e in model.events if e.mark.stage and e.text.commit == version.commit]
        if reached and not force:
            stages = ", ".join(dict.fromkeys(e.mark.stage for e in reached))
            raise TrackError(
                f"{model.name} {version.short} has been in {stages}",
                f"deprecate it: git track model deprecate {model.name}@{version.short}; remove it: --force",
            )
        drafts = [
            draft
            for stage in version.stages
            for draft in promote.demotions(model, version, stage, "it was removed")
        ]
        tags = [(e.tag, e.oid) for e in model.events if e.mark.version == version.number != ""]
        return RegistryChange(drafts, tags)

    ledger.change(repo, target.model, decide, f"gittrack: remove {address}")
    return removed[0]
