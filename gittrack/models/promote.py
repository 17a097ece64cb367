"""Put a version into a stage, past its gates; take it out again."""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.registry import model_state, names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.registry.names import DEMOTE, PROMOTE, Mark
from gittrack.models import gates, ledger
from gittrack.models.ledger import Draft, Plan
from gittrack.read.registry import versions
from gittrack.read.registry.models import Registry
from gittrack.read.registry.versions import NoSuchModel

_KNOWN = (model_state.PRODUCTION, model_state.STAGING)


class Promotion(NamedTuple):
    """What a promotion did: the version, where it came from, and which one it took the place of."""

    version: Version
    stage: str
    came_from: str
    replaced: Version | None
    model: Model
    said: str = ""  # what the hook printed


def promote(
    repo: git.Repo,
    address: str,
    stage: str,
    *,
    why: str = "",
    require: str | None = None,
    force: bool = False,
) -> Promotion:
    """Promote the version that ``address`` means.  Raises TrackError where a gate, a rule or a hook refuses.

    ``force`` passes over artifacts that are not here, an unfinished run, code that is committed nowhere else,
    and the standing gate; that is recorded.  ``require`` always holds.
    """
    names.check_new_stage(stage)
    wanted = names.parse_address(address)
    asked = repo.config()
    state = Registry(repo)
    config = git.parse_config(asked.output())
    gates.check_stage(config, stage)
    model = state.model(wanted.model)
    version = versions.chosen(model, wanted)
    _check(model, version, stage)
    passed = gates.check(repo, config, model, version, stage, require=require, force=force)
    said = gates.ask_hook(repo, config, model, version, stage, why)
    found: dict[str, Any] = {}

    def decide(now: Registry, current: Model | None) -> Plan:
        there = _again(current, version)
        assert current is not None
        _check(current, there, stage)
        before = current.stages.get(stage)
        found.update(came_from=there.stage, replaced=before)
        return Plan([_promotion(there, stage, before, {**passed, "why": why})])

    known = ledger.Known(config, state, model)
    after, _ = ledger.change(
        repo, model.name, decide, f"gittrack: promote {address} to {stage}", known
    )
    replaced = found["replaced"]
    if replaced is not None and replaced.commit == version.commit:
        replaced = None
    return Promotion(after.stages[stage], stage, found["came_from"], replaced, after, said)


def _promotion(version: Version, stage: str, before: Version | None, more: dict[str, Any]) -> Draft:
    """Return the event that puts a version into a stage, where ``before`` was."""
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


def _check(model: Model, version: Version, stage: str) -> None:
    name = f"{model.name} {version.short}"
    if not version.number:
        raise TrackError(
            f"{name} is a commit that was never registered",
            f"register it: git track model register {model.name} {version.commit[:12]}",
        )
    if version.deprecated or model.deprecated:
        raise TrackError(
            f"{name} is deprecated", f"choose another: git track model ls {model.name}"
        )
    stages = dict.fromkeys((*_KNOWN, *(event.mark.stage for event in model.events)))
    like = [one for one in stages if one != stage and one.lower() == stage.lower()]
    if like and stage not in stages:
        raise TrackError(
            f"{stage} and the stage {like[0]} differ only in capital letters",
            f"write {like[0]}, or choose another name",
        )
    torn = any(conflict.ours.mark.stage == stage for conflict in model.conflicts)
    if stage in version.stages and not torn:
        raise TrackError(f"{name} is in {stage} already", f"see: git track model show {model.name}")


def _again(model: Model | None, version: Version) -> Version:
    """Return a version as it is now; somebody may have removed it in the meantime."""
    for one in model.versions if model else ():
        if (one.number, one.commit) == (version.number, version.commit):
            return one
    raise NoSuchModel(f"{version.model} {version.short} is gone", "somebody removed it just now")


def demote(
    repo: git.Repo, address: str, stage: str | None, why: str = ""
) -> list[tuple[Version, str]]:
    """Take a version out of its stages, or out of one; with a bare name, what is in ``stage``.

    Returns the versions and stages.  Raises TrackError where there is nothing to take out.
    """
    wanted = names.parse_address(address)
    if wanted.is_bare and stage is None:
        raise TrackError(
            f"which version of {wanted.model} is meant, or which stage?",
            f"write {wanted.model}@3, or {wanted.model} production",
            code=2,
        )
    if stage is not None:
        names.check_stage(stage)
    found: list[tuple[Version, str]] = []

    def decide(now: Registry, model: Model | None) -> Plan:
        if model is None:
            model = now.model(wanted.model)
        version = _holder(model, str(stage)) if wanted.is_bare else versions.chosen(model, wanted)
        stages = _out_of(model, version, stage or wanted.stage or None)
        found[:] = [(version, one) for one in stages]
        return Plan([draft for one in stages for draft in demotions(model, version, one, why)])

    ledger.change(repo, wanted.model, decide, f"gittrack: demote {address}")
    return found


def _holder(model: Model, stage: str) -> Version:
    return versions.chosen(model, names.Address(model.name, stage=stage))


def _out_of(model: Model, version: Version, stage: str | None) -> tuple[str, ...]:
    if stage is not None and stage in version.stages:
        return (stage,)
    if stage is None and version.stages:
        return version.stages
    where = f"in {stage}" if stage else "in any stage"
    raise TrackError(
        f"{model.name} {version.short} is not {where}",
        did_you_mean(stage or "", version.stages, f"it is in {version.stage}"),
    )


def demotions(model: Model, version: Version, stage: str, why: str) -> list[Draft]:
    """Return the events that leave a stage empty: the holder goes, and those that it took the place of.

    To GTO the one before would be in the stage again.
    """
    drafts = []
    for commit in reversed(model_state.standing(model, stage)):
        one = next((v for v in model.versions if v.commit == commit and v.number), None)
        short = one.short if one else commit[:8]
        facts = {
            "model": model.name,
            "version": one.number if one else None,
            "stage": stage,
            "from": stage,
            "run": one.facts.get("run") if one else None,
            "why": why if commit == version.commit else f"{version.short} was demoted",
        }
        summary = ("demote", f"{model.name} {short} from {stage}")
        drafts.append(Draft(Mark(model.name, DEMOTE, "", stage), commit, summary, facts))
    return drafts


def history(model: Model, stage: str | None = None) -> list[Event]:
    """Return the events of a model, or of one stage of it, in order."""
    return [event for event in model.events if stage in (None, event.mark.stage)]
