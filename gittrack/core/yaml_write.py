"""Write plain values as YAML for people: block style, one line per value, equal values as equal bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gittrack.core.scalars import flow_text, is_bare, quote, scalar_text

_NOT_LITERAL = re.compile(
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
    lines = list(_mapping(value, "", sort, flow_from))
    return ("\n".join(lines) + "\n").encode() if lines else b"{}\n"


def _mapping(value: Mapping[str, Any], pad: str, sort: bool, flow_from: int) -> Iterator[str]:
    for key in sorted(value) if sort else value:
        name = key if is_bare(key) else quote(key)
        # YAML reads a "simple" key only up to 1,024 characters; longer ones need the "? " form.
        head = f"{pad}{name}:" if len(name) < 1000 else f"{pad}? {name}\n{pad}:"
        yield from _entry(head, value[key], pad, sort, flow_from)


def _entry(head: str, item: Any, pad: str, sort: bool, flow_from: int) -> Iterator[str]:
    if isinstance(item, Mapping) and item:
        if len(pad) // 2 + 1 >= flow_from:
            yield f"{head} {flow_text(dict(item))}"
        else:
            yield head
            yield from _mapping(item, pad + "  ", sort, flow_from)
    elif isinstance(item, list) and any(isinstance(part, (dict, list)) for part in item):
        yield head
        for part in item:
            yield from _element(part, pad + "  ", sort, flow_from)
    elif isinstance(item, str) and "\n" in item and _literal(item):
        yield from _literal_block(head, item, pad + "  ")
    elif isinstance(item, (dict, list)):
        yield f"{head} {flow_text(item)}"
    else:
        yield f"{head} {scalar_text(item)}"


def _element(part: Any, pad: str, sort: bool, flow_from: int) -> Iterator[str]:
    if not (isinstance(part, dict) and part) or len(pad) // 2 >= flow_from:
        yield f"{pad}- {flow_text(part)}"
        return
    lines = _mapping(part, pad + "  ", sort, flow_from)
    yield f"{pad}- {next(lines)[len(pad) + 2 :]}"
    yield from lines


def _literal(text: str) -> bool:
    return text[0] not in " \n\t" and not _NOT_LITERAL.search(text)


def _literal_block(head: str, text: str, pad: str) -> Iterator[str]:
    body = text[:-1] if text.endswith("\n") else text
    chomp = "-" if body is text else ("+" if body.endswith("\n") else "")
    yield f"{head} |{chomp}"
    for line in body.split("\n"):
        yield pad + line if line else ""
