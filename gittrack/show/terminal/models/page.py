"""The page about one version of a model."""

from __future__ import annotations

from gittrack.core.registry import names
from gittrack.core.registry.model_state import Model, Signature, Version
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any
from gittrack.show.terminal import text
from gittrack.show.terminal.models.listings import Signatures, history, stage_of


def page(model: Model, version: Version, signatures: Signatures, run: Signature) -> str:
    """Return the output of ``git track model show`` for a version; ``run`` is its run's signature."""
    facts, registration = version.facts, version.event
    signature = signatures[registration.oid] if registration else None
    rows = [
        ("model", model.name + (" (deprecated)" if model.deprecated else "")),
        ("version", _full(version)),
        ("stage", stage_of(version)),
        ("run", " ".join(str(facts[k]) for k in ("run", "name") if facts.get(k)) or None),
        ("experiment", facts.get("experiment")),
        ("commit", version.commit),
        ("config", facts.get("fingerprint")),
        (
            "registered",
            f"{registration.at} by {registration.text.person}" if registration else "never",
        ),
        ("why", registration.why if registration else None),
        ("signature", _signature(signature) if signature else None),
        ("run commit", _signature(run)),
    ]
    others = [f"{stage}: {current.short}" for stage, current in model.stages.items()]
    rows.append(("stages", ", ".join(others) or "none is in use"))
    flat = [[name, text.escape(str(content))] for name, content in rows if content]
    parts = [
        "".join(f"{line}\n" for line in text.columns(flat)),
        _metrics(facts),
        _artifacts(facts),
    ]
    events = [event for event in model.events if event.text.commit == version.commit]
    history_lines = text.columns(list(history(model, events).rows), [True])
    parts.append("history\n" + "".join(f"  {line}\n" for line in history_lines))
    parts.append(_by_hand(version))
    return "\n".join(part for part in parts if part)


def _full(version: Version) -> str:
    is_short = version.number not in ("", version.short)
    return f"{version.short}  ({version.number})" if is_short else version.short


def _signature(signature: Signature) -> str:
    return f"{signature.state}: {signature.words}" if signature.words else signature.state


def _metrics(facts: Mapping[str, Any]) -> str:
    rows = [
        [text.escape(k), text.value(v, 6)] for k, v in sorted((facts.get("metrics") or {}).items())
    ]
    return "metrics\n" + "".join(f"  {line}\n" for line in text.columns(rows)) if rows else ""


def _artifacts(facts: Mapping[str, Any]) -> str:
    rows = [
        [
            text.escape(str(item.get("path"))),
            text.size(item.get("size") or 0),
            str(item.get("sha256") or "")[:12],
        ]
        for item in facts.get("artifacts") or []
    ]
    return "artifacts\n" + "".join(f"  {line}\n" for line in text.columns(rows)) if rows else ""


def _by_hand(version: Version) -> str:
    if version.event is None:
        return ""
    lines = [f"git show {text.escape(version.event.tag)}"]
    lines += [f"git show {names.stage_ref(version.model, stage)}" for stage in version.stages]
    return "by hand\n" + "".join(f"  {line}\n" for line in lines)
