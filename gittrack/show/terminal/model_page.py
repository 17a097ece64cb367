"""One version of a model on a page."""

from __future__ import annotations

from collections.abc import Mapping

from gittrack.core.fast_typing import Any
from gittrack.core.registry import names
from gittrack.core.registry.model_state import Model, Signature, Version
from gittrack.show.terminal import text
from gittrack.show.terminal.models import Signatures, history, stage_of


def page(one: Model, shown: Version, signatures: Signatures, run: Signature) -> str:
    """Return what ``git track model show`` prints of a version."""
    facts, made = shown.facts, shown.event
    signature = signatures[made.oid] if made else None
    rows = [
        ("model", one.name + (" (deprecated)" if one.deprecated else "")),
        ("version", _full(shown)),
        ("stage", stage_of(shown)),
        ("run", " ".join(str(facts[k]) for k in ("run", "name") if facts.get(k)) or None),
        ("experiment", facts.get("experiment")),
        ("commit", shown.commit),
        ("config", facts.get("fingerprint")),
        ("registered", f"{made.at} by {made.text.person}" if made else "never"),
        ("why", made.why if made else None),
        ("signature", _signature(signature) if signature else None),
        ("run commit", _signature(run)),
    ]
    others = [f"{stage}: {held.short}" for stage, held in one.stages.items()]
    rows.append(("stages", ", ".join(others) or "none is in use"))
    flat = [[name, text.escape(str(found))] for name, found in rows if found]
    parts = [
        "".join(f"{line}\n" for line in text.columns(flat)),
        _metrics(facts),
        _artifacts(facts),
    ]
    events = [e for e in one.events if e.text.commit == shown.commit]
    shown_events = text.columns(list(history(one, events).rows), [True])
    parts.append("history\n" + "".join(f"  {line}\n" for line in shown_events))
    parts.append(_by_hand(shown))
    return "\n".join(part for part in parts if part)


def _full(shown: Version) -> str:
    return f"{shown.short}  ({shown.number})" if shown.short[1:].isdigit() else shown.short


def _signature(found: Signature) -> str:
    return f"{found.state}: {found.words}" if found.words else found.state


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
            str(item.get("sha256"))[:12],
        ]
        for item in facts.get("artifacts") or []
    ]
    return "artifacts\n" + "".join(f"  {line}\n" for line in text.columns(rows)) if rows else ""


def _by_hand(shown: Version) -> str:
    if shown.event is None:
        return ""
    lines = [f"git show {text.escape(shown.event.tag)}"]
    lines += [f"git show {names.stage_ref(shown.model, stage)}" for stage in shown.stages]
    return "by hand\n" + "".join(f"  {line}\n" for line in lines)
