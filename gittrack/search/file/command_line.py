"""A param as it is written on the command line, ``lr=loguniform(1e-5,1e-1)`` -> as in a sweep file.

Values are YAML: ``0.1``, ``true``, ``adam``, ``[1, 2]``, ``"quoted, text"``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from gittrack.core import yaml_read
from gittrack.core.errors import TrackError, did_you_mean

_CALL = re.compile(r"\s*([A-Za-z_][\w.]*)\((.*)\)\s*", re.S)
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class _Form(NamedTuple):
    """A function of the command line: how it is written, with how many values, and what it stands for."""

    usage: str
    least: int
    most: int | None
    make: Callable[..., dict[str, Any]]


def _bounds(kind: str, extra: str = "") -> Callable[..., dict[str, Any]]:
    def make(low: Any, high: Any, *more: Any) -> dict[str, Any]:
        found = {"distribution": kind, "min": low, "max": high}
        return {**found, extra: more[0]} if more else found

    return make


def _around(kind: str) -> Callable[..., dict[str, Any]]:
    return lambda mu, sigma: {"distribution": kind, "mu": mu, "sigma": sigma}


def _range(*bounds: Any) -> dict[str, Any]:
    if not all(type(one) is int for one in bounds):
        raise TrackError("range takes whole numbers", "use uniform(MIN,MAX,STEP)")
    if len(bounds) == 3 and bounds[2] == 0:
        raise TrackError("range never ends with a step of 0", "give it another step")
    found = range(*bounds)
    if not found:
        raise TrackError("range has no values", "its end is not included: range(1,4) is 1,2,3")
    if len(found) > 100_000:
        raise TrackError(f"range has {len(found):,} values", "use randint(MIN,MAX)")
    return {"values": list(found)}


_FORMS = {
    "choice": _Form("choice(A,B,...)", 1, None, lambda *values: {"values": list(values)}),
    "range": _Form("range(START,END,STEP), the end not included", 1, 3, _range),
    "randint": _Form("randint(MIN,MAX), both included", 2, 3, _bounds("int_uniform", "step")),
    "uniform": _Form("uniform(MIN,MAX) or uniform(MIN,MAX,STEP)", 2, 3, _bounds("uniform", "step")),
    "quniform": _Form("quniform(MIN,MAX,Q)", 3, 3, _bounds("q_uniform", "q")),
    "loguniform": _Form("loguniform(MIN,MAX)", 2, 2, _bounds("log_uniform_values")),
    "qloguniform": _Form("qloguniform(MIN,MAX,Q)", 3, 3, _bounds("q_log_uniform_values", "q")),
    "normal": _Form("normal(MU,SIGMA)", 2, 2, _around("normal")),
    "lognormal": _Form("lognormal(MU,SIGMA)", 2, 2, _around("log_normal")),
}
# Written with an underscore elsewhere, here too.
_ALIASES = {"log_uniform": "loguniform", "q_uniform": "quniform", "log_normal": "lognormal"}


def parameters(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the ``parameters`` of a sweep file for ``KEY=VALUES`` texts, in their order.

    Raises TrackError, saying how each form is written.
    """
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.strip()
        if not equals or not name or not values.strip():
            raise TrackError(f"-S {text} is not KEY=VALUES", "write it like this: -S lr=0.1,0.01")
        if name in found:
            raise TrackError(f"-S {name} is given twice", f"write all values in one: {name}=A,B")
        found[name] = _param(name, values)
    return found


def _param(name: str, text: str) -> dict[str, Any]:
    call = _CALL.fullmatch(text)
    if call is None:
        values = [_value(name, one) for one in _split(name, text)]
        return {"values": values} if len(values) > 1 else {"value": values[0]}
    function = _ALIASES.get(call[1], call[1])
    if function not in _FORMS:
        near = did_you_mean(function, _FORMS, "known are " + ", ".join(_FORMS))
        raise TrackError(
            f"-S {name}: there is no {call[1]}(...)", f"{near}; a value like this goes in quotes"
        )
    form = _FORMS[function]
    values = [_value(name, one) for one in _split(name, call[2])] if call[2].strip() else []
    if len(values) < form.least or len(values) > (form.most or len(values)):
        raise TrackError(f"-S {name}: {call[1]} has {_counted(values)}", f"write {form.usage}")
    try:
        return form.make(*values)
    except TrackError as error:
        raise TrackError(f"-S {name}: {error.message}", error.hint) from None


def _counted(values: Sequence[Any]) -> str:
    return "1 value" if len(values) == 1 else f"{len(values) or 'no'} values"


def _value(name: str, text: str) -> Any:
    if not text.strip():
        raise TrackError(f"-S {name} has an empty value", "write '' in quotes for the empty text")
    return yaml_read.load(text.strip().encode("utf-8", "surrogateescape"), f"-S {name}")


def _split(name: str, text: str) -> list[str]:
    """Return what stands between the commas that are in no quotes or brackets."""
    parts, begin, closing, quote = [], 0, [], ""
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in _PAIRS:
            closing.append(_PAIRS[sign])
        elif closing and sign == closing[-1]:
            closing.pop()
        elif sign == "," and not closing:
            parts.append(text[begin:place])
            begin = place + 1
    if quote or closing:
        raise TrackError(f"-S {name}: {quote or closing[-1]} is missing at the end", "close it")
    return [*parts, text[begin:]]
