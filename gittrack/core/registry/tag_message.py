"""The annotated tag of a registry event: its bytes, and its message, which is YAML.

The first line is for people, ``promote: resnet18 v3 to production``.  After an empty line come the facts, one
``key: value`` a line, values in JSON.  The message of another tool is read as the fact ``why``.
"""

from __future__ import annotations

import re

from gittrack.core.registry import names
from gittrack.core.run import commit_message
from gittrack.core.scalars import flow_text, parse_flow, scalar_text
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, NamedTuple

# The first line of a signature, which is at the end of a tag (git's gpg-interface.c).
_SIGNATURES = (
    b"\n-----BEGIN PGP SIGNATURE-----",
    b"\n-----BEGIN PGP MESSAGE-----",
    b"\n-----BEGIN SSH SIGNATURE-----",
    b"\n-----BEGIN SIGNED MESSAGE-----",
)


class Text(NamedTuple):
    """The content of a tag: its commit, who made it and when (``seconds`` since 1970), and its facts.

    ``name`` is the name inside the tag object; a ref with another name can point to it.
    """

    commit: str
    person: str
    seconds: int
    facts: dict[str, Any]
    signed: bool
    name: str = ""


def message(summary: tuple[str, str], facts: Mapping[str, Any]) -> str:
    """Return the message for a summary (verb, words) and facts; None and empty values are omitted."""
    verb, words = summary
    lines = [f"{verb}: {scalar_text(words)}", ""]
    for key, value in facts.items():
        if value not in (None, "", [], {}):
            whole = flow_text(value) if isinstance(value, (dict, list)) else scalar_text(value)
            lines.append(f"{commit_message.key_text(key)}: {whole}")
    return "\n".join(lines) + "\n"


def payload(commit: str, name: str, person: str, seconds: int, text: str) -> bytes:
    """Return the bytes of an annotated tag without a signature."""
    head = f"object {commit}\ntype commit\ntag {name}\ntagger {person} {seconds} +0000\n\n"
    return (head + text).encode(errors="surrogateescape")


def parse(data: bytes) -> Text | None:
    """Parse the content of a tag object; return None if it is not a tag of a commit."""
    head, _, rest = data.partition(b"\n\n")
    lines = head.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) < 3 or not lines[0].startswith("object ") or lines[1] != "type commit":
        return None
    person, seconds = "", 0
    if len(lines) > 3 and lines[3].startswith("tagger "):
        person, _, when = lines[3][7:].rpartition("> ")
        stamp = when.partition(" ")[0]
        person, seconds = f"{person}>", int(stamp) if stamp.isdecimal() and len(stamp) < 15 else 0
    signed = b"-----BEGIN " in rest
    if signed:
        end = max(b"\n".join((b"", rest)).rfind(mark) for mark in _SIGNATURES)
        signed, rest = end >= 0, rest[:end] if end >= 0 else rest
    name = lines[2][4:] if lines[2].startswith("tag ") else ""
    facts = _facts(rest.decode("utf-8", "surrogateescape"))
    return Text(lines[0][7:], person, seconds, facts, signed, name)


def _facts(text: str) -> dict[str, Any]:
    """Return the facts of a message; the message of another tool is only a ``why``."""
    lines = text.strip("\n").split("\n")[1:]
    facts: dict[str, Any] = {}
    try:
        for line in lines:
            key, colon, value = line.partition(": ")
            if line and not colon:
                raise ValueError(line)
            if line:
                facts[commit_message.split_key(key)[0]] = parse_flow(value)
    except (ValueError, TypeError):
        facts = {}
    if facts.get("by") is None:
        return {"why": text.strip()} if text.strip() else {}
    return {key: value for key, value in facts.items() if _fits(key, value)}


def _fits(key: str, value: Any) -> bool:
    """Return whether a fact has the type that callers rely on: a tag can come from anywhere."""
    if key == "metrics":
        return isinstance(value, dict) and all(map(_is_number, value.values()))
    if key == "artifacts":
        return isinstance(value, list) and all(map(_is_artifact, value))
    if key == "forced":
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    if key == "version":
        return isinstance(value, str) and value[:1] == "v" and names.is_semver(value[1:])
    if key == "at":
        return isinstance(value, str) and re.fullmatch(_MOMENT, value) is not None
    return isinstance(value, str) or key not in _TEXTS


_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9.]{2,9}Z"
_TEXTS = (
    *("model", "stage", "from", "replaces", "run", "experiment", "name", "status"),
    *("fingerprint", "recipe", "gate", "why", "by"),
)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_artifact(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("path"), str)
        and isinstance(item.get("sha256", ""), str)
        and _is_number(item.get("size", 0))
    )
