"""YAML and JSON text -> plain values: safe, bounded, YAML 1.2 numbers and booleans.

The parser is PyYAML's (libyaml where it is there); the values are built here from its events, so
that tags, aliases, duplicate keys and depth are refused where they occur, with line and column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.nested import MAX_DEPTH, check_depth

MAX_BYTES = 8 << 20
MAX_NODES = 250_000

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}


_TAG = "tag:yaml.org,2002:"
_SCALARS = {"float": float, "int": int, "bool": bool, "null": type(None)}


def _is_typed(kind: str, tag: str) -> bool:
    """Say whether a tag names the type of a plain scalar, as ``!!float`` does."""
    return kind == "ScalarEvent" and tag.startswith(_TAG) and tag.removeprefix(_TAG) in _SCALARS


def plain_scalar(text: str) -> Any:
    """Return the value of an unquoted scalar by the core schema of YAML 1.2 (section 10.3)."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def load_stored(data: bytes, where: str) -> Any:
    """Return what we wrote ourselves: as `load`, for files of any number of values."""
    return load(data, where, limit=256 << 20, nodes=1 << 40)


def load(data: bytes, where: str, *, limit: int = MAX_BYTES, nodes: int = MAX_NODES) -> Any:
    """Return the one document in ``data``; ``where`` names it in errors.

    Raises TrackError with line and column for broken text, tags, aliases, duplicate keys, more than
    ``MAX_DEPTH`` levels, ``nodes`` values in YAML, or ``limit`` bytes.
    """
    if len(data) > limit:
        raise TrackError(
            f"{where} is larger than {limit >> 20} MiB", "keep data out of the configuration"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrackError(f"{where} is not UTF-8 text (byte {error.start})", "save it as UTF-8")
    if where.endswith(".json"):
        return _load_json(text, where)
    return _load_yaml(text, where, nodes)


def _load_json(text: str, where: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(items)
        if len(value) != len(items):
            first = {key: place for place, (key, _) in reversed(list(enumerate(items)))}
            twice = next(key for place, (key, _) in enumerate(items) if first[key] != place)
            raise TrackError(f"{where}: the key {twice!r} appears twice", "remove one of them")
        return value

    try:
        value = json.loads(text, object_pairs_hook=pairs)
    except RecursionError:
        raise _too_deep(where)
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            where = f"{where}, line {error.lineno}, column {error.colno}"
            raise TrackError(f"{where}: {error.msg}", "correct the JSON there")
        raise TrackError(f"{where}: {error}", "correct the JSON there")
    try:
        check_depth(value)
    except ValueError:
        raise _too_deep(where)
    return value


def _load_yaml(text: str, where: str, nodes: int) -> Any:
    import yaml  # noqa: PLC0415 - 40 ms that a listing has no use for

    # libyaml refuses the escape of a lone surrogate, which is how bytes that are not UTF-8 are kept.
    surrogates = _SURROGATE.search(text) is not None
    loader = yaml.SafeLoader if surrogates else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(where, nodes).document(iter(yaml.parse(text, Loader=loader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = error.problem or error.context or "not YAML"
        if "nesting depth" in problem:  # libyaml, which reads ahead, has a limit of its own
            raise _too_deep(where)
        raise TrackError(f"{where}{at}: {problem}", "correct the YAML there")
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise TrackError(f"{where} is not YAML: {reason}", "remove the odd character")


def _too_deep(where: str) -> TrackError:
    return TrackError(f"{where} is nested more than {MAX_DEPTH} levels deep", "flatten it")


class _Builder:
    """Builds values from parser events, refusing what a configuration has no use for."""

    def __init__(self, where: str, nodes: int) -> None:
        self.where = where
        self.nodes_left = nodes

    def document(self, events: Iterator[Any]) -> Any:
        next(events)  # stream start
        if type(event := next(events)).__name__ == "StreamEndEvent":
            return None
        value = self.node(next(events), events, 0)
        next(events)  # document end
        event = next(events)
        if type(event).__name__ != "StreamEndEvent":
            raise self.error(event, "a second document begins here", "keep one document a file")
        return value

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        kind = type(event).__name__
        if kind == "AliasEvent":
            raise self.error(event, f"the alias *{event.anchor}", "write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in ("!", _TAG + "str") and not _is_typed(kind, tag):
            raise self.error(event, f"the tag {tag}", "tags are not read; write a plain value")
        if depth > MAX_DEPTH:
            raise _too_deep(self.where)
        self.nodes_left -= 1
        if self.nodes_left < 0:
            raise self.error(event, "too many values", "keep data out of the configuration")
        if kind == "ScalarEvent":
            if tag is not None and _is_typed(kind, tag):
                return self.typed_scalar(event, tag)
            return self.scalar(event) if event.implicit[0] and tag is None else event.value
        if kind == "SequenceStartEvent":
            return list(self.items(events, depth))
        return self.mapping(events, depth)

    def scalar(self, event: Any) -> Any:
        try:
            return plain_scalar(event.value)
        except ValueError:  # Python takes no integer of more than 4,300 digits
            what = f"a number of {len(event.value)} digits"
            raise self.error(event, what, "put it in quotes to keep it as text")

    def typed_scalar(self, event: Any, tag: str) -> Any:
        """Return the value of a scalar with a tag such as ``!!float``."""
        value = self.scalar(event)
        name = tag.removeprefix(_TAG)
        if name == "float" and type(value) is int:
            value = float(value)
        if type(value) is not _SCALARS[name]:
            raise self.error(event, f"{event.value!r:.60} is not a {name}", "correct the value")
        return value

    def items(self, events: Iterator[Any], depth: int) -> Iterator[Any]:
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                return
            yield self.node(event, events, depth + 1)

    def mapping(self, events: Iterator[Any], depth: int) -> dict[Any, Any]:
        value: dict[Any, Any] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key = self.node(event, events, depth + 1)
            if isinstance(key, (dict, list)):
                raise self.error(event, "a mapping or list as key", "use a word as key")
            if key in value:
                raise self.error(event, f"the key {key!r} a second time", "remove one of them")
            value[key] = self.node(next(events), events, depth + 1)
        return value

    def error(self, event: Any, what: str, hint: str) -> TrackError:
        mark = event.start_mark
        at = f"line {mark.line + 1}, column {mark.column + 1}"
        return TrackError(f"{self.where}, {at}: {what}", hint)
