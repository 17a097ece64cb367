"""Params of the command line, such as ``lr=loguniform(1e-5,1e-1)``, in the form of a sweep file.

Values are YAML: ``0.1``, ``true``, ``adam``, ``[1, 2]``, ``"quoted, text"``.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gittrack.core import yaml_read
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Callable, Iterable, Sequence

_CALL = re.compile(r"\s*([A-Za-z_][\w.]*)\((.*)\)\s*", re.S)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_LONGEST_RANGE = 100_000


class _Form(NamedTuple):
    """A function of the command line: how to write it, the number of its values, what it means."""

    usage: str
    least: int
    most: int | None
    make: Callable[..., dict[str, Any]]


def _bounds(kind: str, extra: str = "") -> Callable[..., dict[str, Any]]:
    def make(low: Any, high: Any, *more: Any) -> dict[str, Any]:
        description = {"distribution": kind, "min": low, "max": high}
        return {**description, extra: more[0]} if more else description

    return make


def _around(kind: str) -> Callable[..., dict[str, Any]]:
    return lambda mu, sigma: {"distribution": kind, "mu": mu, "sigma": sigma}


def _range(*bounds: Any) -> dict[str, Any]:
    if not all(type(bound) is int for bound in bounds):
        raise TrackError("range takes whole numbers", "use uniform(MIN,MAX,STEP)")
    if len(bounds) == 3 and bounds[2] == 0:
        raise TrackError("range has a step of 0", "give it another step")
    values = range(*bounds)
    if not values:
        raise TrackError("range has no values", "its end is not included: range(1,4) is 1,2,3")
    if len(values) > _LONGEST_RANGE:
        raise TrackError(f"range has {len(values):,} values", "use randint(MIN,MAX)")
    return {"values": list(values)}


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
# Other tools write these names with an underscore.
_ALIASES = {"log_uniform": "loguniform", "q_uniform": "quniform", "log_normal": "lognormal"}


def parameters(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the ``parameters`` of a sweep file that some options describe.

    Parameters
    ----------
    texts : iterable of str
        The values of ``-S``: ``KEY=VALUES``.

    Returns
    -------
    dict
        A description for each name, in the order of the texts.

    Raises
    ------
    TrackError
        If a text has a mistake; the hint is how to write it.
    """
    params: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.strip()
        if not equals or not name or not values.strip():
            raise TrackError(f"-S {text} is not KEY=VALUES", "write, for example: -S lr=0.1,0.01")
        if name in params:
            raise TrackError(f"-S {name} is given twice", f"write all values in one: {name}=A,B")
        params[name] = _param(name, values)
    return params


def _param(name: str, text: str) -> dict[str, Any]:
    call = _CALL.fullmatch(text)
    if call is None:
        values = [_value(name, word) for word in _split(name, text)]
        return {"values": values} if len(values) > 1 else {"value": values[0]}
    function = _ALIASES.get(call[1], call[1])
    if function not in _FORMS:
        near = did_you_mean(function, _FORMS, "known are " + ", ".join(_FORMS))
        raise TrackError(
            f"-S {name}: {call[1]}(...) is not a distribution",
            f"{near}; put quotes around a value like this",
        )
    form = _FORMS[function]
    values = [_value(name, word) for word in _split(name, call[2])] if call[2].strip() else []
    if len(values) < form.least or len(values) > (form.most or len(values)):
        raise TrackError(f"-S {name}: {call[1]} has {_count_text(values)}", f"write {form.usage}")
    try:
        return form.make(*values)
    except TrackError as error:
        raise TrackError(f"-S {name}: {error.message}", error.hint) from None


def _count_text(values: Sequence[Any]) -> str:
    return "1 value" if len(values) == 1 else f"{len(values) or 'no'} values"


def _value(name: str, text: str) -> Any:
    if not text.strip():
        raise TrackError(f"-S {name} has an empty value", "write '' in quotes for the empty text")
    return yaml_read.load(text.strip().encode("utf-8", "surrogateescape"), f"-S {name}")


def _split(name: str, text: str) -> list[str]:
    """Split a text at the commas outside of quotes and brackets."""
    parts, begin, closing, quote = [], 0, [], ""
    for index, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in _PAIRS:
            closing.append(_PAIRS[sign])
        elif closing and sign == closing[-1]:
            closing.pop()
        elif sign == "," and not closing:
            parts.append(text[begin:index])
            begin = index + 1
    if quote or closing:
        raise TrackError(f"-S {name}: {quote or closing[-1]} is missing at the end", "close it")
    return [*parts, text[begin:]]
