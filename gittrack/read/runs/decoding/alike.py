"""Read the texts of a fact or a param of many runs at once if all are plain text, or all whole numbers."""

from __future__ import annotations

import re

from gittrack.core.run import facts
from gittrack.core.standard.collections import Callable, Collection, Iterable
from gittrack.core.standard.typing import Any

_TEXTS = re.compile(r'(?:"[ !#-\[\]-~]*"\n|[A-Za-z_][ -~]*\n)+')  # without escapes
_NO_TEXTS = {"true", "false", "null"}
_WHOLE = re.compile(r"(?:-?(?:0|[1-9][0-9]{0,17})\n)+")
_MOMENTS = re.compile(
    r'(?:"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"\n)+'
)
# Of these kinds, a value is right or wrong by its type.
_BY_TYPE = {None, facts.TEXT, facts.INTEGER, facts.NUMBER, facts.FLAG, facts.RUN_ID}
_KEYS_OF_TRIALS = {"sweep.trial", "sweep.after"}
_PLAIN_KEYS = re.compile(r'(?:"[0-9a-z][0-9a-z.]{0,40}"\n)+')


def values(texts: Collection[str], read: Callable[[str], Any], fact: str) -> dict[str, Any] | None:
    """Return {text: value}; None if the texts have to be read one after the other.

    Parameters
    ----------
    texts : collection of str
        Different texts.
    read : callable
        Returns the value of a text.  Raises ValueError for one that the fact cannot have.
    fact : str
        The key of the fact in run.yaml; empty for a param.
    """
    lines = "\n".join([*texts, ""])
    if _TEXTS.fullmatch(lines) and _NO_TEXTS.isdisjoint(texts):
        result: dict[str, Any] = {text: text[1:-1] if text[0] == '"' else text for text in texts}
    elif _WHOLE.fullmatch(lines):
        result = {text: int(text) for text in texts}
    else:
        return None
    try:
        for text in _deciding(texts, lines, fact):
            read(text)
    except ValueError:
        return None
    return result


def _deciding(texts: Collection[str], lines: str, fact: str) -> Iterable[str]:
    """Return the texts of which one is wrong if any text is; all are of one type."""
    kind = facts.STORED.get(fact)
    plain = fact not in _KEYS_OF_TRIALS or _PLAIN_KEYS.fullmatch(lines)
    if kind in _BY_TYPE and plain:
        return list(texts)[:1]
    if kind is facts.MOMENT and _MOMENTS.fullmatch(lines):
        return {text[:11]: text for text in texts}.values()  # the time of day is right
    return texts
