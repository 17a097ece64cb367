"""Read the files of a run that list files, such as outputs.yaml; most are read without a YAML parser.

`load` returns exactly what `yaml_read.load_stored` returns, and fails as it does.  Text in the form that
gittrack writes is read here, in a tenth of the time: one key and one value on a line, without escapes.
"""

from __future__ import annotations

import re
from typing import Any

from gittrack.core import yaml_read
from gittrack.core.scalars import is_bare
from gittrack.core.standard import functools

_SMALL = 16 << 10  # bytes; what larger files have is not kept
_RECENT = 2048  # files; those of a block are asked for several times
_LISTS = ("outputs", "inputs", "files", "folders")
_KEY = (
    "path|size|sha256|where|reason|link|executable|unwritten|kind|files|left_out|canonical|outside"
)
_VALUE = r'"[ !#-\[\]-~]*"|0|-?[1-9][0-9]{0,300}|[A-Za-z][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*'
_PAIR = re.compile(rf"({_KEY}): ({_VALUE})(?:\n    |\Z)")
_WORDS = {"true": True, "false": False, "null": None}


def load(data: bytes, name: str) -> Any:
    """Return the content of a file of a run, which must not be changed.

    Raises TrackError as `yaml_read.load_stored`.
    """
    return (_load if len(data) <= _SMALL else _load.__wrapped__)(data, name)


@functools.lru_cache(maxsize=_RECENT)
def _load(data: bytes, name: str) -> Any:
    plain = _lists(data)
    return yaml_read.load_stored(data, name) if plain is None else plain


def _lists(data: bytes) -> dict[str, list[dict[str, Any]]] | None:
    """Return {name: list of mappings}; None if the text is not in the form that is read here."""
    text = data.decode("ascii", "replace")
    result: dict[str, list[dict[str, Any]]] = {}
    for section in re.split(r"\n(?=[a-z])", text.removesuffix("\n")):
        head, *items = section.split("\n  - ")
        name, _, rest = head.partition(":")
        if name not in _LISTS or name in result or rest != ("" if items else " []"):
            return None
        entries = list(map(_entry, items))
        if not all(entries):
            return None
        result[name] = entries
    return result


def _entry(text: str) -> dict[str, Any]:
    """Return an item of a list; empty if the text is not in the form that is read here."""
    pairs = _PAIR.findall(text)
    entry = {key: _value(value) for key, value in pairs}
    is_whole = "\n    ".join([f"{key}: {value}" for key, value in pairs]) == text
    return entry if is_whole and len(entry) == len(pairs) and _UNCLEAR not in entry.values() else {}


_UNCLEAR = object()


def _value(text: str) -> Any:
    first = text[0]
    if first == '"':
        return text[1:-1]
    if first in "-0123456789":
        return int(text)
    return _WORDS[text] if text in _WORDS else text if is_bare(text) else _UNCLEAR
