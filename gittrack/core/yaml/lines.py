"""Read YAML with each value on one line, as most files have it, without a parser of YAML.

Importing PyYAML takes three times as long as starting Python.  Only text whose meaning is certain is read:
mappings and lists in block style, plain and double-quoted scalars, and JSON on one line.  A text may also be
one such scalar or JSON.
"""

from __future__ import annotations

import re

from gittrack.core.nested import check_depth
from gittrack.core.standard.collections import Callable
from gittrack.core.standard.functools import cache
from gittrack.core.standard.later import json
from gittrack.core.standard.typing import Any, NoReturn

_MOST_LEVELS = 24  # of blocks, and again of JSON: together fewer than a parser allows
_LONGEST_KEY = 100  # characters; YAML allows 1,024
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*")
_COLON = re.compile(r":(?: +|$)")
_PLAIN = re.compile(r"(?:[A-Za-z0-9_./+~$(]|-(?=[^\s:#]))[^\s:#]*(?: +[^\s:#]+)*")
_END = re.compile(r" *(?: #.*)?")  # of a line, behind its value
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # JSON joins two of them, YAML does not


class Unusual(ValueError):
    """A text that needs a parser of YAML, to be read or to say what is wrong."""


def read(text: str, scalar: Callable[[str], Any]) -> Any:
    """Return the mapping, or the only value, that a text describes, as a parser of YAML does.

    Parameters
    ----------
    text : str
        The whole text.
    scalar : callable
        Returns the value of a plain scalar.

    Returns
    -------
    dict, list, str, float, int, bool or None

    Raises
    ------
    ValueError
        If the text may be something else, or no YAML.
    """
    if not text.replace("\n", "").isprintable() or _SURROGATE.search(text):
        raise Unusual
    lines = _Lines(text, scalar)
    value = lines.document()
    if not lines.at_end:
        raise Unusual
    return value


class _Lines:
    """Lines that are read one after the other; empty ones and comments are left out."""

    def __init__(self, text: str, scalar: Callable[[str], Any]) -> None:
        self._scalar = scalar
        self._others = iter(text.split("\n"))
        self._advance()

    def _advance(self) -> None:
        """Go to the next line."""
        for line in self._others:
            content = line.lstrip(" ")
            if content and content[0] != "#":
                self._indent, self._line = len(line) - len(content), content
                return
        self._indent, self._line = -1, ""

    @property
    def at_end(self) -> bool:
        """Whether all lines were read."""
        return self._indent < 0

    def document(self) -> Any:
        """Return the value of all lines: a mapping, or the scalar or JSON in the only line."""
        if self._key() is not None:
            return self.mapping(0, 0)
        if self._indent != 0 or self._line.startswith(("---", "...")):  # the marks of documents
            raise Unusual
        value = self._on_line(0)
        self._advance()
        return value

    def mapping(self, indent: int, level: int) -> dict[Any, Any]:
        """Return the mapping that begins here."""
        if level > _MOST_LEVELS:
            raise Unusual
        mapping: dict[Any, Any] = {}
        while self._indent == indent and not self._line.startswith("- "):
            key, start = self._key() or _refuse()
            if key in mapping:
                raise Unusual
            mapping[key] = self._value(start, indent, level + 1)
        return mapping or _refuse()

    def _items(self, indent: int, level: int) -> list[Any]:
        """Return the list that begins here."""
        items = []
        while self._indent == indent and self._line.startswith("- "):
            self._line = self._line[2:]
            if self._key():
                self._indent += 2
                items.append(self.mapping(self._indent, level + 1))
            else:
                items.append(self._on_line(0))
                self._advance()
        return items

    def _key(self) -> tuple[Any, int] | None:
        """Return the key at the start of the line, and where its value starts; None if there is no key."""
        if self._line.startswith('"'):
            key, end = _json(self._line, 0)
        else:
            match = _KEY.match(self._line)
            if match is None:
                return None
            key, end = self._scalar(match[0]), match.end()
        colon = _COLON.match(self._line, end)
        return None if colon is None or end > _LONGEST_KEY else (key, colon.end())

    def _value(self, start: int, indent: int, level: int) -> Any:
        """Return the value of a key: in the same line, or in the lines below."""
        if self._line[start : start + 1] not in ("", "#"):
            value = self._on_line(start)
            self._advance()
            return value
        self._advance()
        if self._line.startswith("- ") and self._indent >= indent:
            return self._items(self._indent, level)
        return self.mapping(self._indent, level) if self._indent > indent else None

    def _on_line(self, start: int) -> Any:
        """Return the value from ``start`` to the end of the line."""
        if self._line.startswith(('"', "[", "{"), start):
            value, end = _json(self._line, start)
        else:
            match = _PLAIN.match(self._line, start) or _refuse()
            value, end = self._scalar(match[0]), match.end()
        return value if _END.fullmatch(self._line, end) else _refuse()


def _json(line: str, start: int) -> tuple[Any, int]:
    """Return the value in JSON at ``start``, and where it ends."""
    try:
        value, end = _decoder().raw_decode(line, start)
    except RecursionError:
        raise Unusual from None
    check_depth(value, _MOST_LEVELS)
    return value, end


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs) or any(len(key) > _LONGEST_KEY for key in mapping):
        raise Unusual
    return mapping


def _refuse(_: str = "") -> NoReturn:
    raise Unusual


@cache
def _decoder() -> json.JSONDecoder:
    """Return the decoder of JSON that is YAML, too, which reads the constants NaN and Infinity as words."""
    return json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_refuse)
