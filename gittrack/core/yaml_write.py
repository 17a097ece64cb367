"""Write plain values as YAML for people: block style, one line per value, equal values as equal bytes."""

from __future__ import annotations

from itertools import chain

from gittrack.core.scalars import flow_text, is_bare, is_shown, quote, scalar_text
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.functools import lru_cache
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any

_MANY = 20  # texts, whose lines are kept
_MOST_LETTERS = 1 << 16  # in them
_NOT_LITERAL = (  # compiled when first needed: most text has one line
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufeff\ufff9-\uffff]"
)


def dump(value: Mapping[str, Any], *, sort: bool = False, flow_from: int = 99) -> bytes:
    """Return a mapping of plain values as a YAML document.

    Parameters
    ----------
    value : mapping
        Bytes of file names and patches that are not UTF-8 are lone surrogates; they are written as escapes.
    sort : bool, default False
        Whether the keys of every mapping are sorted.
    flow_from : int, default 99
        Mappings nested this many levels deep, or deeper, are written on one line, as JSON.
    """
    lines = _mapping(value, "", sort, flow_from)
    return ("\n".join(lines) + "\n").encode() if lines else b"{}\n"


def _mapping(value: Mapping[str, Any], pad: str, sort: bool, flow_from: int) -> list[str]:
    if len(value) >= _MANY and _are_short_texts(value):
        return list(_texts(tuple(sorted(value.items()) if sort else value.items()), pad))
    lines = []
    for key in sorted(value) if sort else value:
        name = key if is_bare(key) else quote(key)
        # YAML reads a "simple" key only up to 1,024 characters; longer ones need the "? " form.
        head = f"{pad}{name}:" if len(name) < 1000 else f"{pad}? {name}\n{pad}:"
        item = value[key]
        if isinstance(item, str) and "\n" not in item:  # most values
            lines.append(f"{head} {scalar_text(item)}")
        else:
            lines += _entry(head, item, pad, sort, flow_from)
    return lines


def _are_short_texts(value: Mapping[str, Any]) -> bool:
    texts = value.values()
    return set(map(type, texts)) == {str} and sum(map(len, texts)) < _MOST_LETTERS


@lru_cache(maxsize=16)  # the same packages in each run of a process
def _texts(items: tuple[tuple[str, str], ...], pad: str) -> tuple[str, ...]:
    """Return the lines of a mapping of texts."""
    return tuple(line for key, text in items for line in _mapping({key: text}, pad, False, 99))


def _entry(head: str, item: Any, pad: str, sort: bool, flow_from: int) -> list[str]:
    if isinstance(item, Mapping) and item:
        if len(pad) // 2 + 1 >= flow_from:
            return [f"{head} {flow_text(dict(item))}"]
        return [head, *_mapping(item, pad + "  ", sort, flow_from)]
    if isinstance(item, list) and any(isinstance(part, (dict, list)) for part in item):
        elements = (_element(part, pad + "  ", sort, flow_from) for part in item)
        return [head, *chain.from_iterable(elements)]
    if isinstance(item, str) and _literal(item):
        return _literal_block(head, item, pad + "  ")
    if isinstance(item, (dict, list)):
        return [f"{head} {flow_text(item)}"]
    return [f"{head} {scalar_text(item)}"]


def _element(part: Any, pad: str, sort: bool, flow_from: int) -> list[str]:
    if not (isinstance(part, dict) and part) or len(pad) // 2 >= flow_from:
        return [f"{pad}- {flow_text(part)}"]
    first, *rest = _mapping(part, pad + "  ", sort, flow_from)
    return [f"{pad}- {first[len(pad) + 2 :]}", *rest]


def _literal(text: str) -> bool:
    if "\n" not in text or text[0] in " \n\t":
        return False
    return is_shown(text.replace("\n", "").replace("\t", "")) or not re.search(_NOT_LITERAL, text)


def _literal_block(head: str, text: str, pad: str) -> list[str]:
    body = text[:-1] if text.endswith("\n") else text
    chomp = "-" if body is text else ("+" if body.endswith("\n") else "")
    return [f"{head} |{chomp}", *(pad + line if line else "" for line in body.split("\n"))]
