"""The body of the commit message of a run: flat YAML, one ``key: value`` per line, sorted.

A listing reads only the bodies: one object per run, and no YAML parser.  The body is derived from the tree,
which decides if they differ; `git track doctor` compares the two.  A part of a key that is more than a word
is in JSON quotes, ``params."weight decay": 0.1``, so that a key can be split exactly.
"""

from __future__ import annotations

from gittrack.core.nested import MAX_DEPTH, check_depth
from gittrack.core.scalars import flow_text, parse_flow, quote, scalar_text
from gittrack.core.standard import json
from gittrack.core.standard.collections import Iterable, Iterator, Mapping
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any

TRUNCATED = "truncated"
_MAX_LINE = 4096
_MAX_LEAVES = 1000
_MAX_LINES = 100_000  # `encode` writes fewer
MAX_BYTES = 16 << 20
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/-"
_PART = (
    r'([A-Za-z0-9_/-]+|"(?:[^"\\]|\\.)*")(\.|$)'  # compiled when first needed: few keys are quoted
)


def key_text(part: str) -> str:
    """Return one part of a dotted key in the form of the body."""
    if part and not part.strip(_LETTERS):  # it has no other characters
        return part
    return quote(part).replace(":", "\\u003a").replace("#", "\\u0023")


def join_key(parts: tuple[str, ...]) -> str:
    """Return the dotted key of ``parts``; `split_key` is the inverse."""
    return ".".join(map(key_text, parts))


def split_key(key: str) -> tuple[str, ...]:
    """Return the parts of a dotted key.  Raises ValueError for other texts, and for over 64 parts."""
    if '"' not in key:
        words = tuple(key.split("."))
        if len(words) > MAX_DEPTH:
            raise ValueError(f"a key of {len(words)} parts, more than {MAX_DEPTH}")
        return words
    parts, position = [], 0
    while position < len(key):
        match = re.compile(_PART).match(key, position)
        if match is None:
            raise ValueError(f"not a dotted key: {key!r}")
        parts.append(parse_flow(match[1]) if match[1].startswith('"') else match[1])
        position = match.end()
    if len(parts) > MAX_DEPTH:
        raise ValueError(f"a key of {len(parts)} parts, more than {MAX_DEPTH}")
    return tuple(parts)


def parts(name: str) -> tuple[str, ...]:
    """Return the parts of a key that a user wrote; a text that is not a dotted key is one part."""
    try:
        return split_key(name)
    except ValueError:
        return (name,)


def flatten(
    value: Mapping[str, Any], prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield (parts, leaf) for every leaf of a nested mapping; an empty mapping is a leaf."""
    for key, item in value.items():
        if isinstance(item, Mapping) and item:
            yield from flatten(item, (*prefix, key))
        else:
            yield (*prefix, key), item


def dotted(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a nested mapping as {dotted key: leaf}, sorted by key."""
    return dict(sorted((join_key(parts), leaf) for parts, leaf in flatten(value)))


def value_at(value: Mapping[str, Any], parts: tuple[str, ...]) -> Any:
    """Return the leaf of a nested mapping at ``parts``, or MISSING."""
    node: Any = value
    for part in parts:
        if not isinstance(node, dict) or part not in node:
            return MISSING
        node = node[part]
    return MISSING if isinstance(node, dict) and node else node


def nest(pairs: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """Return the nested mapping of {parts: leaf}; the inverse of `flatten`."""
    root: dict[str, Any] = {}
    for parts, leaf in pairs.items():
        node = root
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = leaf
    return root


def encode(facts: Mapping[str, Any], params: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Return the body of a run.

    Lines over 4 KiB are left out, and so are all params or metrics if there are over 1,000 of them.  The line
    ``truncated`` then lists ``run``, ``params`` or ``metrics``, whose files a reader has to open.

    Parameters
    ----------
    facts : mapping
        The content of run.yaml; facts that are None are not written.
    params : mapping
        The params, nested.
    metrics : mapping
        {name: summary}.
    """
    lines: list[str] = []
    truncated: list[str] = []
    for name, leaves in (
        ("run", [(p, v) for p, v in flatten(facts) if v is not None]),
        ("params", [(("params", *p), v) for p, v in flatten(params)]),
        ("metrics", [(("metrics", k), v) for k, v in metrics.items()]),
    ):
        block = [f"{join_key(parts)}: {value_text(leaf)}" for parts, leaf in leaves]
        fits = [line for line in block if len(line) <= _MAX_LINE]
        if name != "run" and len(block) > _MAX_LEAVES:
            fits = []
        if len(fits) < len(block):
            truncated.append(name)
        lines.extend(fits)
    if truncated:
        lines.append(f"{TRUNCATED}: {flow_text(truncated)}")
    return "\n".join(sorted(lines)) + "\n"


def value_text(leaf: Any) -> str:
    """Return a leaf as the text of its line."""
    return flow_text(leaf) if isinstance(leaf, (dict, list)) else scalar_text(leaf)


def decode(body: str) -> dict[str, dict[str, Any]]:
    """Return {"run": {...}, "params": {...}, "metrics": {...}} of a body.

    Raises ValueError for a line that is not ``key: value``, and for more lines or deeper values than
    `encode` writes.
    """
    if body.count("\n") > _MAX_LINES:
        raise ValueError(f"its message has more than {_MAX_LINES:,} lines")
    run: dict[tuple[str, ...], Any] = {}
    params: dict[tuple[str, ...], Any] = {}
    metrics: dict[str, Any] = {}
    for line in body.rstrip("\n").split("\n"):
        key, colon, text = line.partition(": ")
        if not colon:
            raise ValueError(f"not a 'key: value' line: {line[:60]!r}")
        value = parse_value(text)
        if key.startswith("params."):
            params[split_key(key[7:])] = value
        elif key.startswith("metrics."):
            metrics[split_key(key[8:])[0]] = value
        else:
            run[split_key(key)] = value
    return {"run": nest(run), "params": nest(params), "metrics": metrics}


def parse_value(text: str) -> Any:
    """Return the value of one line, as `parse_flow` does, but faster for the values that listings read most.

    Raises ValueError for text that is not a value, and for one that is nested more than 64 levels deep.
    """
    if len(text) > 2 * MAX_DEPTH and text.count("[") + text.count("{") > MAX_DEPTH:
        value = parse_flow(text)
        check_depth(value)
        return value
    if text[:1] in '{["0123456789' and ".nan" not in text and ".inf" not in text:
        try:
            value, end = json.raw_decode(text)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if end == len(text):
            return value
    return parse_flow(text)


class Missing:
    """The value of a key that a run does not have."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def find(body: bytes, key: str) -> Any:
    """Return the value of one dotted key in an encoded body, or MISSING, without parsing the rest."""
    mark = b"\n" + key.encode() + b": "
    at = body.find(mark)
    if at < 0:
        return MISSING
    start = at + len(mark)
    return parse_flow(body[start : body.index(b"\n", start)].decode())


def names(bodies: Iterable[bytes], kind: str) -> set[str]:
    """Return the dotted names of all params or metrics (``kind``) in encoded bodies."""
    mark = re.compile(rb"^%s\.(.*?): " % kind.encode(), re.M)
    return {name.decode(errors="replace") for text in bodies for name in mark.findall(text)}
