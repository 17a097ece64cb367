"""The model registry as JSON.  The keys are stable: a later version may add keys, and removes none."""

from __future__ import annotations

from gittrack.core.registry import names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Signature, Version
from gittrack.core.registry.moved_tags import Moved
from gittrack.core.standard.typing import Any
from gittrack.show.data import jsonable
from gittrack.show.terminal.models.listings import Signatures

dump = jsonable.dump


def event(model: Model, record: Event) -> dict[str, Any]:
    """Return an event of a model as a mapping for JSON."""
    return {
        "number": record.mark.number or None,
        "event": record.mark.kind,
        "model": model.name,
        "version": _version_of(model, record),
        "stage": record.mark.stage or None,
        "at": record.at,
        "by": record.text.person,
        "why": record.why or None,
        "from": record.text.facts.get("from"),
        "replaces": _plain(record.text.facts.get("replaces")),
        "gate": record.text.facts.get("gate"),
        "forced": record.text.facts.get("forced") or [],
        "commit": record.text.commit,
        "tag": record.tag,
        "signed": record.text.signed,
    }


def _version_of(model: Model, record: Event) -> int | str | None:
    """Return the version of an event, as in `version`; None if the event is about the whole model."""
    versions = [version for version in model.versions if version.commit == record.text.commit]
    if record.mark.version or record.mark.kind == names.DEPRECATE:
        return _plain(record.mark.version)
    return versions[-1].plain if versions else _plain(record.text.facts.get("version"))


def _plain(number: Any) -> int | str | None:
    """Return a version for programs; None for text that is not a version, which a foreign tag may contain."""
    fine = isinstance(number, str) and names.is_semver(number.removeprefix("v"))
    return names.plain(number) if fine else None


def model(state: Model, signatures: Signatures) -> dict[str, Any]:
    """Return a model as a mapping for JSON."""
    return {
        "model": state.name,
        "latest": version(state.latest, signatures) if state.latest else None,
        "stages": {stage: version.plain for stage, version in state.stages.items()},
        "versions": [names.plain(number) for number in state.numbers],
        "deprecated": state.deprecated,
        "conflicts": [
            _conflict_json(state, pair.ours, pair.theirs, pair.source) for pair in state.conflicts
        ],
        "moved": [_moved_json(moved) for moved in state.moved],
    }


def _moved_json(moved: Moved) -> dict[str, Any]:
    tag = {"tag": moved.tag, "commit": moved.commit or None, "proof": moved.proof or None}
    return {**tag, "made_for": {"run": moved.run or None, "commit": moved.was or None}}


def _conflict_json(model: Model, ours: Event, theirs: Event, remote: str) -> dict[str, Any]:
    return {"where": remote or None, "ours": event(model, ours), "theirs": event(model, theirs)}


def version(record: Version, signatures: Signatures) -> dict[str, Any]:
    """Return a version as a mapping for JSON."""
    facts, registration = record.facts, record.event
    return {
        "model": record.model,
        "version": record.plain,
        "tag": registration.tag if registration else None,
        "commit": record.commit,
        "stage": record.stage,
        "stages": list(record.stages),
        "deprecated": record.deprecated,
        **{key: facts.get(key) for key in ("run", "experiment", "name", "fingerprint", "recipe")},
        "metrics": facts.get("metrics") or {},
        "artifacts": facts.get("artifacts") or [],
        "at": registration.at if registration else None,
        "by": registration.text.person if registration else None,
        "why": (registration.why or None) if registration else None,
        "signature": signatures[registration.oid].state
        if registration and registration.oid in signatures
        else None,
    }


def page_json(
    model: Model, record: Version, signatures: Signatures, run: Signature
) -> dict[str, Any]:
    """Return the content of ``git track model show --json``."""
    events = [event(model, entry) for entry in model.events if entry.text.commit == record.commit]
    moved_tags = [_moved_json(tag) for tag in model.moved]
    return {
        **version(record, signatures),
        "run_signature": run.state,
        "history": events,
        "moved": moved_tags,
    }
