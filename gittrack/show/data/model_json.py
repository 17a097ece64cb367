"""The model registry as JSON.  Keys are a promise: a later version may add some, never take one away."""

from __future__ import annotations

from gittrack.core.fast_typing import Any
from gittrack.core.registry import names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Signature, Version
from gittrack.core.registry.moved_tags import Moved
from gittrack.show.data import jsonable
from gittrack.show.terminal.models import Signatures

dump = jsonable.dump


def event(model: Model, one: Event) -> dict[str, Any]:
    """Return an event as JSON knows it."""
    return {
        "number": one.mark.number or None,
        "event": one.mark.kind,
        "model": model.name,
        "version": _version_of(model, one),
        "stage": one.mark.stage or None,
        "at": one.at,
        "by": one.text.person,
        "why": one.why or None,
        "from": one.text.facts.get("from"),
        "replaces": _plain(one.text.facts.get("replaces")),
        "gate": one.text.facts.get("gate"),
        "forced": one.text.facts.get("forced") or [],
        "commit": one.text.commit,
        "tag": one.tag,
        "signed": one.text.signed,
    }


def _version_of(model: Model, one: Event) -> int | str | None:
    """Return the version that an event is about, as `version` has it; None for the whole model."""
    found = [held for held in model.versions if held.commit == one.text.commit]
    if one.mark.version or one.mark.kind == names.DEPRECATE:
        return _plain(one.mark.version)
    return found[-1].plain if found else _plain(one.text.facts.get("version"))


def _plain(number: Any) -> int | str | None:
    """Return what programs call a version; None for what is none, as somebody else's tag may say."""
    fine = isinstance(number, str) and names.is_semver(number.removeprefix("v"))
    return names.plain(number) if fine else None


def model(one: Model, signatures: Signatures) -> dict[str, Any]:
    """Return a model as JSON knows it."""
    return {
        "model": one.name,
        "latest": version(one.latest, signatures) if one.latest else None,
        "stages": {stage: held.plain for stage, held in one.stages.items()},
        "versions": [names.plain(number) for number in one.numbers],
        "deprecated": one.deprecated,
        "conflicts": [
            _conflict_json(one, pair.ours, pair.theirs, pair.source) for pair in one.conflicts
        ],
        "moved": [_moved_json(found) for found in one.moved],
    }


def _moved_json(found: Moved) -> dict[str, Any]:
    told = {"tag": found.tag, "commit": found.commit or None, "proof": found.proof or None}
    return {**told, "made_for": {"run": found.run or None, "commit": found.was or None}}


def _conflict_json(one: Model, ours: Event, theirs: Event, where: str) -> dict[str, Any]:
    return {"where": where or None, "ours": event(one, ours), "theirs": event(one, theirs)}


def version(one: Version, signatures: Signatures) -> dict[str, Any]:
    """Return a version as JSON knows it."""
    facts, made = one.facts, one.event
    return {
        "model": one.model,
        "version": one.plain,
        "tag": made.tag if made else None,
        "commit": one.commit,
        "stage": one.stage,
        "stages": list(one.stages),
        "deprecated": one.deprecated,
        **{key: facts.get(key) for key in ("run", "experiment", "name", "fingerprint", "recipe")},
        "metrics": facts.get("metrics") or {},
        "artifacts": facts.get("artifacts") or [],
        "at": made.at if made else None,
        "by": made.text.person if made else None,
        "why": (made.why or None) if made else None,
        "signature": signatures[made.oid].state if made and made.oid in signatures else None,
    }


def page_json(one: Model, shown: Version, signatures: Signatures, run: Signature) -> dict[str, Any]:
    """Return what ``git track model show --json`` gives."""
    events = [event(one, e) for e in one.events if e.text.commit == shown.commit]
    moved = [_moved_json(found) for found in one.moved]
    return {
        **version(shown, signatures),
        "run_signature": run.state,
        "history": events,
        "moved": moved,
    }
