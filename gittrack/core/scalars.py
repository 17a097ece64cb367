"""Scalars as text that every reader of YAML 1.1 or 1.2 reads the same; most of it is JSON too.

Numbers and strings are the only difficult part of the format.  ``repr(1e-05)`` is a *string* to a
reader of YAML 1.1, which needs a dot and a signed exponent, so floats are written ``1.0e-05``.
A string has no quotes only if every version of YAML reads it as that string.
"""

from __future__ import annotations

from math import isfinite, isnan

from gittrack.core.standard import json
from gittrack.core.standard.functools import lru_cache
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any

Scalar = str | int | float | bool | None

# Characters without a meaning in YAML; a text that begins with one of the first ones is no number.
_FIRST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
_LETTERS = f"{_FIRST}0123456789./@+-"
_RESERVED = frozenset(
    [
        "y",
        "n",
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
        "none",
        "nan",
        "inf",
        "infinity",
        "undefined",
    ]
)
# Characters that YAML allows only in quotes, and those that a terminal does not show (bidi, zero width).
_HIDDEN = (  # compiled when first needed: most text is plain
    "[\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]"
)
_TOKEN = r'"(?:[^"\\]|\\.)*"|-?\.inf\b|\.nan\b'  # likewise
_FROM_YAML = {".nan": "NaN", ".inf": "Infinity", "-.inf": "-Infinity"}


def is_shown(text: str) -> bool:
    """Return whether a text certainly has no hidden character: no pattern is needed then."""
    return text.isprintable() and "\ufffc" not in text and "\ufffd" not in text


def float_text(value: float) -> str:
    """Return a float as the shortest text that every reader reads as the same float."""
    if isfinite(value):
        text = float.__repr__(value)
        if "e" in text and "." not in text:
            mantissa, _, exponent = text.partition("e")
            return f"{mantissa}.0e{exponent}"
        return text
    return ".nan" if isnan(value) else (".inf" if value > 0 else "-.inf")


def quote(text: str) -> str:
    """Return ``text`` as a JSON string that is a YAML double-quoted string as well."""
    plain = json.encode_basestring(text)  # what `json.dumps` calls, without a new encoder
    if is_shown(plain):
        return plain
    return re.sub(_HIDDEN, lambda match: f"\\u{ord(match[0]):04x}", plain)


@lru_cache(maxsize=8192)  # the same keys, packages and words in each run of a process
def is_bare(text: str) -> bool:
    """Return whether a string can be written without quotes."""
    is_plain = all(word and not word.strip(_LETTERS) for word in text.split(" "))
    return is_plain and text[0] in _FIRST and text.lower() not in _RESERVED


def scalar_text(value: Scalar, *, bare: bool = True) -> str:
    """Return a scalar as text; ``bare`` allows strings without quotes if that is safe."""
    if isinstance(value, str):
        return value if bare and len(value) < 200 and is_bare(value) else quote(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return float_text(value) if isinstance(value, float) else str(value)


def flow_text(value: Any) -> str:
    """Return a plain value on one line, as JSON except for ``.nan`` and ``.inf``.  Keys are sorted."""
    if isinstance(value, dict):
        inner = (f"{quote(key)}: {flow_text(value[key])}" for key in sorted(value))
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow_text(item) for item in value) + "]"
    return scalar_text(value, bare=False)


def parse_flow(text: str) -> Any:
    """Return the value of a text that `flow_text` or `scalar_text` wrote.

    Raises ValueError for other texts.
    """
    if text[:1].isalpha() or text[:1] == "_":
        return _WORDS.get(text, text)
    try:
        try:
            return json.loads(text)
        except ValueError:
            return json.loads(
                re.sub(_TOKEN, lambda match: _FROM_YAML.get(match[0], match[0]), text)
            )
    except RecursionError:
        raise ValueError("nested too deeply") from None


_WORDS = {"true": True, "false": False, "null": None}
