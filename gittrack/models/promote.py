"""Promote a version to a stage if its gates pass, and demote it."""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.registry import model_state, names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.registry.names import DEMOTE, PROMOTE, Mark
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.models import gates, ledger
from gittrack.models.ledger import Draft, RegistryChange
from gittrack.read.registry import versions
from gittrack.read.registry.models import Registry
from gittrack.read.registry.versions import NoSuchModel

_USUAL_STAGES = (model_state.PRODUCTION, model_state.STAGING)


class Promotion(NamedTuple):
    """The result of a promotion: the version, its stage before, and the version that it replaced."""

    version: Version
    stage: str
    came_from: str
    replaced: Version | None
    model: Model
    hook_output: str = ""  # of the pre-promote hook


def promote(
    repo: git.Repo,
    address: str,
    stage: str,
    *,
    why: str = "",
    require: str | None = None,
    force: bool = False,
) -> Promotion:
    """Promote a version to a stage.

    Parameters
    ----------
    repo
        The repository.
    address
        The version, such as ``resnet18@3`` or ``resnet18@staging``.
    stage
        The stage; its holder so far is archived.
    why
        The reason, which the tag records.
    require
        A query that must hold, with `force` too.
    force
        Whether to skip the configured gate and the checks for missing artifacts, unfinished runs and
        uncommitted code; the tag records what failed.

    Raises
    ------
    TrackError
        If a gate, a rule or a hook refuses, or if ``address`` does not name a version.
    """
    names.check_new_stage(stage)
    target = names.parse_address(address)
    config_call = repo.config()
    state = Registry(repo)
    config = git.parse_config(config_call.output())
    gates.check_stage(config, stage)
    model = state.model(target.model)
    version = versions.select(model, target)
    _check(model, version, stage)
    passed = gates.check(repo, config, model, version, stage, require=require, force=force)
    hook_output = gates.ask_hook(repo, config, model, version, stage, why)
    basis = ledger.Basis(config, state, model)
    facts = {**passed, "why": why}
    reason = f"gittrack: promote {address} to {stage}"
    return _write(repo, basis, version, stage, facts, reason)._replace(hook_output=hook_output)


def _write(
    repo: git.Repo,
    basis: ledger.Basis,
    version: Version,
    stage: str,
    facts: dict[str, Any],
    reason: str,
) -> Promotion:
    """Write the promotion of a version that may be promoted."""
    before: list[tuple[str, Version | None]] = []  # its stage, and the holder of the new stage

    def decide(now: Registry, current: Model | None) -> RegistryChange:
        latest = _again(current, version)
        assert current is not None
        _check(current, latest, stage)
        _check_ref(now, version.model, stage)
        holder = current.stages.get(stage)
        before[:] = [(latest.stage, holder)]
        return RegistryChange([_promotion(latest, stage, holder, facts)])

    after, _ = ledger.change(repo, version.model, decide, reason, basis)
    [(came_from, replaced)] = before
    if replaced is not None and replaced.commit == version.commit:
        replaced = None
    return Promotion(after.stages[stage], stage, came_from, replaced, after)


def _promotion(version: Version, stage: str, before: Version | None, more: dict[str, Any]) -> Draft:
    """Return the event that puts a version into a stage, whose holder so far is ``before``."""
    facts = {
        "model": version.model,
        "version": version.number,
        "stage": stage,
        "from": version.stage,
        "replaces": before.number if before and before.commit != version.commit else None,
        **{key: version.facts.get(key) for key in ("run", "fingerprint", "metrics", "artifacts")},
        **more,
    }
    summary = ("promote", f"{version.model} {version.short} to {stage}")
    return Draft(Mark(version.model, PROMOTE, "", stage), version.commit, summary, facts)


def _check_ref(registry: Registry, model: str, stage: str) -> None:
    """Raise TrackError if another model has a version in a stage whose ref would be the same.

    The ref of the stage ``b/c`` of the model ``a`` is that of the stage ``c`` of the model ``a/b``.
    """
    ref = names.stage_ref(model, stage)
    for other in registry.tags.models():
        prefix = names.stage_ref(other, "")
        if other == model or not ref.startswith(prefix):
            continue
        other_stage = ref[len(prefix) :]
        if other_stage in registry.model(other).stages:
            raise TrackError(
                f"the stage {stage} of {model} and the stage {other_stage} of {other} would have one ref",
                "choose another name for the stage",
            )


def _check(model: Model, version: Version, stage: str) -> None:
    name = f"{model.name} {version.short}"
    if not version.number:
        raise TrackError(
            f"the commit {name} was never registered",
            f"register it: git track model register {model.name} {version.commit[:12]}",
        )
    if version.deprecated or model.deprecated:
        raise TrackError(
            f"{name} is deprecated", f"choose another version: git track model ls {model.name}"
        )
    stages = dict.fromkeys((*_USUAL_STAGES, *(event.mark.stage for event in model.events)))
    similar = [other for other in stages if other != stage and other.lower() == stage.lower()]
    if similar and stage not in stages:
        raise TrackError(
            f"{stage} and the stage {similar[0]} differ only in capital letters",
            f"write {similar[0]}, or choose another name",
        )
    torn = any(conflict.ours.mark.stage == stage for conflict in model.conflicts)
    if stage in version.stages and not torn:
        raise TrackError(f"{name} is in {stage} already", f"see: git track model show {model.name}")


def _again(model: Model | None, version: Version) -> Version:
    """Return the current state of a version.  Raises NoSuchModel if somebody removed it meanwhile."""
    for candidate in model.versions if model else ():
        if (candidate.number, candidate.commit) == (version.number, version.commit):
            return candidate
    raise NoSuchModel(
        f"{version.model} {version.short} does not exist any more",
        f"another process removed it; see: git track model ls {version.model}",
    )


def demote(
    repo: git.Repo, address: str, stage: str | None, why: str = ""
) -> list[tuple[Version, str]]:
    """Remove a version from all its stages, or from one.

    Parameters
    ----------
    repo
        The repository.
    address
        The version; or a bare name, which means the holder of ``stage``.
    stage
        The only stage to leave; None for all of them.
    why
        The reason, which the tag records.

    Returns
    -------
    list of (Version, str)
        The version, as it was before, with each stage that it left.

    Raises
    ------
    TrackError
        If the version is not in the stage, or if neither a version nor a stage is named.
    """
    target = names.parse_address(address)
    if target.is_bare and stage is None:
        raise TrackError(
            f"which version of {target.model} is meant, or which stage?",
            f"write {target.model}@3, or {target.model} production",
            code=2,
        )
    if stage is not None:
        names.check_stage(stage)
    demoted: list[tuple[Version, str]] = []

    def decide(now: Registry, model: Model | None) -> RegistryChange:
        if model is None:
            model = now.model(target.model)
        version = _holder(model, str(stage)) if target.is_bare else versions.select(model, target)
        stages = _out_of(model, version, stage or target.stage or None)
        demoted[:] = [(version, name) for name in stages]
        return RegistryChange(
            [draft for name in stages for draft in demotions(model, version, name, why)]
        )

    ledger.change(repo, target.model, decide, f"gittrack: demote {address}")
    return demoted


def _holder(model: Model, stage: str) -> Version:
    return versions.select(model, names.Address(model.name, stage=stage))


def _out_of(model: Model, version: Version, stage: str | None) -> tuple[str, ...]:
    if stage is not None and stage in version.stages:
        return (stage,)
    if stage is None and version.stages:
        return version.stages
    position = f"in {stage}" if stage else "in any stage"
    raise TrackError(
        f"{model.name} {version.short} is not {position}",
        did_you_mean(stage or "", version.stages, f"it is in {version.stage}"),
    )


def demotions(model: Model, version: Version, stage: str, why: str) -> list[Draft]:
    """Return the events that empty a stage: demotions of its holder and of each earlier holder.

    In GTO, the previous holder would take the stage again.
    """
    drafts = []
    for commit in reversed(model_state.promoted_commits(model, stage)):
        holder = next((v for v in model.versions if v.commit == commit and v.number), None)
        short = holder.short if holder else commit[:8]
        facts = {
            "model": model.name,
            "version": holder.number if holder else None,
            "stage": stage,
            "from": stage,
            "run": holder.facts.get("run") if holder else None,
            "why": why if commit == version.commit else f"{version.short} was demoted",
        }
        summary = ("demote", f"{model.name} {short} from {stage}")
        drafts.append(Draft(Mark(model.name, DEMOTE, "", stage), commit, summary, facts))
    return drafts


def history(model: Model, stage: str | None = None) -> list[Event]:
    """Return the events of a model, or of one stage of it, in order."""
    return [event for event in model.events if stage in (None, event.mark.stage)]
