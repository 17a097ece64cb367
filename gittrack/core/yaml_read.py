"""Read YAML and JSON text as plain values: safely, with limits, numbers and booleans as in YAML 1.2.

Text with each value on one line is read by `gittrack.core.yaml.lines`.  PyYAML parses all other text (with
libyaml if it is installed).  The values are built here from its events, so that the error for a tag, an
alias, a duplicate key or too much depth has the line and the column.
"""

from __future__ import annotations

import re

from gittrack.core.errors import TrackError
from gittrack.core.nested import MAX_DEPTH, check_depth
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.later import json
from gittrack.core.standard.typing import Any
from gittrack.core.yaml import lines

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
    """Return whether a tag is the type of a plain scalar, such as ``!!float``."""
    return kind == "ScalarEvent" and tag.startswith(_TAG) and tag.removeprefix(_TAG) in _SCALARS


def plain_scalar(text: str) -> Any:
    """Return the value of an unquoted scalar.

    Notes
    -----
    The core schema of YAML 1.2, section 10.3.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def load_stored(data: bytes, source: str) -> Any:
    """Return the content of a file that gittrack wrote: as `load`, without a limit for the values."""
    return load(data, source, limit=256 << 20, nodes=1 << 40)


def load(data: bytes, source: str, *, limit: int = MAX_BYTES, nodes: int = MAX_NODES) -> Any:
    """Return the only document in a text.

    Parameters
    ----------
    data : bytes
        YAML in UTF-8, or JSON if ``source`` ends with ``.json``.
    source : str
        The name of the file, for errors.
    limit : int
        The most bytes.
    nodes : int
        The most values in YAML.

    Raises
    ------
    TrackError
        If the text is broken, has a tag, an alias, a duplicate key or a second document, is nested more than
        ``MAX_DEPTH`` levels deep, or exceeds a limit.  The error has the line and the column.
    """
    if len(data) > limit:
        raise TrackError(
            f"{source} is larger than {limit >> 20} MiB", "keep data out of the configuration"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrackError(f"{source} is not UTF-8 text (byte {error.start})", "save it as UTF-8")
    if source.endswith(".json"):
        return _load_json(text, source)
    return _load_yaml(text, source, nodes)


def _load_json(text: str, source: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(items)
        if len(value) != len(items):
            first = {key: index for index, (key, _) in reversed(list(enumerate(items)))}
            duplicate = next(key for index, (key, _) in enumerate(items) if first[key] != index)
            raise TrackError(f"{source}: the key {duplicate!r} appears twice", "remove one of them")
        return value

    try:
        value = json.loads(text, object_pairs_hook=pairs)
    except RecursionError:
        raise _too_deep(source)
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            source = f"{source}, line {error.lineno}, column {error.colno}"
            raise TrackError(f"{source}: {error.msg}", "correct the JSON there")
        raise TrackError(f"{source}: {error}", "correct the JSON there")
    try:
        check_depth(value)
    except ValueError:
        raise _too_deep(source)
    return value


def _load_yaml(text: str, source: str, nodes: int) -> Any:
    if len(text) <= nodes:  # else there may be too many values
        try:
            return lines.read(text, plain_scalar)
        except ValueError:  # it needs a parser
            pass
    import yaml  # noqa: PLC0415 - 40 ms; most files do not need it

    # libyaml refuses the escape of a lone surrogate; bytes that are not UTF-8 are stored in that form.
    surrogates = _SURROGATE.search(text) is not None
    loader = yaml.SafeLoader if surrogates else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(source, nodes).document(iter(yaml.parse(text, Loader=loader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = error.problem or error.context or "not YAML"
        if "nesting depth" in problem:  # libyaml reads ahead and has another limit
            raise _too_deep(source)
        raise TrackError(f"{source}{at}: {problem}", "correct the YAML there")
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        position = getattr(error, "position", None)
        column = "" if position is None else f" (character {position + 1} of the file)"
        raise TrackError(f"{source} is not YAML: {reason}", f"remove this character{column}")


def _too_deep(source: str) -> TrackError:
    return TrackError(f"{source} is nested more than {MAX_DEPTH} levels deep", "flatten it")


class _Builder:
    """Builds values from the events of the parser; refuses tags, aliases and duplicate keys."""

    def __init__(self, source: str, nodes: int) -> None:
        self.source = source
        self.nodes_left = nodes

    def document(self, events: Iterator[Any]) -> Any:
        next(events)  # stream start
        if type(event := next(events)).__name__ == "StreamEndEvent":
            return None
        value = self.node(next(events), events, 0)
        next(events)  # document end
        event = next(events)
        if type(event).__name__ != "StreamEndEvent":
            raise self.error(event, "a second document begins here", "keep one document per file")
        return value

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        kind = type(event).__name__
        if kind == "AliasEvent":
            raise self.error(event, f"the alias *{event.anchor}", "write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in ("!", _TAG + "str") and not _is_typed(kind, tag):
            raise self.error(event, f"the tag {tag}", "tags are not read; write a plain value")
        if depth > MAX_DEPTH:
            raise _too_deep(self.source)
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
        except ValueError:  # Python reads at most 4,300 digits of an integer
            problem = f"a number of {len(event.value)} digits"
            raise self.error(event, problem, "put it in quotes to keep it as text")

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

    def error(self, event: Any, problem: str, hint: str) -> TrackError:
        mark = event.start_mark
        at = f"line {mark.line + 1}, column {mark.column + 1}"
        return TrackError(f"{self.source}, {at}: {problem}", hint)
