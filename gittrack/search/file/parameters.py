"""The ``parameters`` of a sweep file, in W&B's words and a few more -> a space."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message
from gittrack.core.scalars import flow_text
from gittrack.search import space
from gittrack.search.bounds import finite, ordered, rounded
from gittrack.search.checks import known, mapping, shortly
from gittrack.search.space import Distribution

_EXAMPLE = "parameters: {lr: {values: [0.1, 0.01]}}"

_BOUNDS = ("min", "max")
# What each distribution may be given besides its own name; what ends in ! must be.
_TAKES: dict[str, tuple[str, ...]] = {
    "constant": ("value!",),
    "categorical": ("values!", "probabilities"),
    "categorical_w_probabilities": ("values!", "probabilities!"),
    "int_uniform": ("min!", "max!", "step"),
    "uniform": ("min!", "max!", "step"),
    "q_uniform": ("min!", "max!", "q"),
    "log_uniform_values": ("min!", "max!"),
    "q_log_uniform_values": ("min!", "max!", "q"),
    "inv_log_uniform_values": ("min!", "max!"),
    "log_uniform": ("min!", "max!"),
    "q_log_uniform": ("min!", "max!", "q"),
    "inv_log_uniform": ("min!", "max!"),
    "normal": ("mu", "sigma"),
    "q_normal": ("mu", "sigma", "q"),
    "log_normal": ("mu", "sigma"),
    "q_log_normal": ("mu", "sigma", "q"),
}
_MAKES: dict[str, Callable[..., Distribution]] = {
    "constant": lambda value: space.choice([value]),
    "categorical": lambda values, probabilities=None: space.choice(values, probabilities),
    "categorical_w_probabilities": space.choice,
    "int_uniform": lambda min, max, step=1: space.randint(min, max, step),
    "uniform": lambda min, max, step=None: space.uniform(min, max, step),
    "q_uniform": lambda min, max, q=1: space.uniform(min, max, q=q),
    "log_uniform_values": lambda min, max: space.log_uniform(min, max),
    "q_log_uniform_values": lambda min, max, q=1: space.log_uniform(min, max, q),
    # log(1/x) is uniform where log(x) is: W&B's two names are one distribution.
    "inv_log_uniform_values": lambda min, max: space.log_uniform(min, max),
    # The bounds of these are exponents of e.
    "log_uniform": lambda min, max: space.log_uniform(_exp(min), _exp(max)),
    "q_log_uniform": lambda min, max, q=1: space.log_uniform(_exp(min), _exp(max), q),
    "inv_log_uniform": lambda min, max: space.log_uniform(*_inverse(min, max)),
    "normal": lambda mu=0.0, sigma=1.0: space.normal(mu, sigma),
    "q_normal": lambda mu=0.0, sigma=1.0, q=1: space.normal(mu, sigma, q),
    "log_normal": lambda mu=0.0, sigma=1.0: space.log_normal(mu, sigma),
    "q_log_normal": lambda mu=0.0, sigma=1.0, q=1: space.log_normal(mu, sigma, q),
}
_MOST_EXPONENT = 700  # e to the power of 710 is no float
_EXPONENTS = ("log_uniform", "q_log_uniform", "inv_log_uniform")
_OTHERS = {
    "beta": "uniform, normal, or values with probabilities",
    "q_beta": "q_uniform, q_normal, or values with probabilities",
    "loguniform": "log_uniform_values",
    "log_uniform_value": "log_uniform_values",
    "choice": "categorical",
    "randint": "int_uniform",
    "int": "int_uniform",
}
_KEYS = ("distribution", *sorted({k.rstrip("!") for takes in _TAKES.values() for k in takes}))


def read(found: Any, where: str = "parameters") -> tuple[dict[str, Distribution], tuple[str, ...]]:
    """Return the space that ``parameters`` describes, by dotted name in the order of the file, and remarks.

    Raises TrackError, naming the param and the nearest known word.
    """
    result: dict[str, Distribution] = {}
    remarks: list[str] = []
    _read(_filled(found, where), (), result, remarks)
    _check_nesting(result)
    return result, tuple(remarks)


def _read(
    found: Mapping[str, Any],
    prefix: tuple[str, ...],
    result: dict[str, Distribution],
    remarks: list[str],
) -> None:
    for key, one in found.items():
        parts = (*prefix, *commit_message.parts(str(key)))
        name = commit_message.join_key(parts)
        if isinstance(one, Mapping) and "parameters" in one:
            if len(one) > 1:
                other = next(word for word in one if word != "parameters")
                raise TrackError(
                    f"{name} has both parameters and {other}", "it is a group or a param, not both"
                )
            _read(_filled(one["parameters"], f"the group {name}"), parts, result, remarks)
        elif name in result:
            raise TrackError(f"the param {name} is described twice", "remove one of them")
        else:
            result[name] = _named(name, one)
            remarks += _remarks(name, one, result[name])


def _remarks(
    name: str, description: Mapping[str, Any], distribution: Distribution
) -> Iterator[str]:
    """Yield what the user may have meant differently."""
    kind = description.get("distribution")
    if kind in _EXPONENTS and isinstance(distribution, space.Uniform):
        low, high = flow_text(distribution.low), flow_text(distribution.high)
        yield (
            f"{name} is from {low} to {high}: the bounds of {kind} are exponents of e "
            f"(for the bounds themselves, write {kind}_values)"
        )
    if _looks_like_a_share(description):
        yield (
            f"{name} is 0 or 1, since its min and max are whole numbers; for all numbers between, "
            "write min: 0.0"
        )


def _filled(found: Any, what: str) -> Mapping[str, Any]:
    """Return a mapping with something in it.  Raises TrackError."""
    inside = mapping(found, what, _EXAMPLE)
    if not inside:
        raise TrackError(f"{what} names no param", f"write: {_EXAMPLE}")
    return inside


def _looks_like_a_share(one: Any) -> bool:
    kind = isinstance(one, Mapping) and "distribution" not in one and "step" not in one
    bounds = [one.get(key) for key in ("min", "max")] if kind else []
    return bounds == [0, 1] and all(type(bound) is int for bound in bounds)


def _check_nesting(found: Mapping[str, Distribution]) -> None:
    paths = {commit_message.split_key(name) for name in found}
    for path in paths:
        for length in range(1, len(path)):
            if path[:length] in paths:
                raise TrackError(
                    f"{commit_message.join_key(path[:length])} is a param and a group that holds "
                    f"{commit_message.join_key(path)}",
                    "rename one of them",
                )


def _named(name: str, one: Any) -> Distribution:
    try:
        return _distribution(one)
    except TrackError as error:
        raise TrackError(f"the param {name}: {error.message}", error.hint) from None


def _distribution(one: Any) -> Distribution:
    if not isinstance(one, Mapping):
        asks = "values" if isinstance(one, list) else "value"
        raise TrackError(
            f"{shortly(one)} is no description of a param", f"write {{{asks}: {shortly(one)}}}"
        )
    known(one, _KEYS, "its description")
    kind = _kind(one)
    given = {str(key): value for key, value in one.items() if key != "distribution"}
    takes = _TAKES[kind]
    names = [word.rstrip("!") for word in takes]
    for key in given:
        if key not in names:
            raise TrackError(f"{kind} takes no {key}", "it takes " + ", ".join(names))
    for word in takes:
        if word.endswith("!") and word[:-1] not in given:
            raise TrackError(f"{kind} needs {word[:-1]}", "it takes " + ", ".join(names))
    for key in ("values", "probabilities"):
        if key in given and not isinstance(given[key], list):
            raise TrackError(
                f"{key} is {shortly(given[key])}, which is no list", f"write {key}: [...]"
            )
    if kind == "int_uniform":
        given = {key: _whole(value) for key, value in given.items()}
    return _MAKES[kind](**given)


def _exp(exponent: Any) -> float:
    """Return e to the power of a bound, with 12 significant digits.  Raises TrackError."""
    if abs(finite(exponent, "the bound")) > _MOST_EXPONENT:
        raise TrackError(
            f"the bound {exponent} is an exponent of e, and too large",
            "for the bounds themselves, add _values to the name of the distribution",
        )
    return float(rounded(math.exp(exponent)))


def _inverse(low: Any, high: Any) -> tuple[float, float]:
    """Return the bounds of numbers whose reciprocal has a logarithm from ``low`` to ``high``."""
    ordered(finite(low, "min"), finite(high, "max"))
    return _exp(-high), _exp(-low)


def _whole(value: Any) -> Any:
    """Return 1000 for 1e3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _kind(one: Mapping[Any, Any]) -> str:
    named = one.get("distribution")
    if named is None:
        return _guessed(one)
    if not isinstance(named, str):
        raise TrackError(
            f"distribution is {shortly(named)}, which is no name", "known are " + ", ".join(_TAKES)
        )
    if named in _OTHERS:
        raise TrackError(f"there is no distribution {named!r}", f"use {_OTHERS[named]}")
    if named not in _TAKES:
        hint = did_you_mean(named, _TAKES, "known are " + ", ".join(_TAKES))
        raise TrackError(f"there is no distribution {named!r}", hint)
    return named


def _guessed(one: Mapping[Any, Any]) -> str:
    """Return the distribution that W&B takes where none is named."""
    shapes = [("value", "constant"), ("values", "categorical")]
    for key, kind in shapes:
        if key in one:
            return kind
    if all(key in one for key in _BOUNDS):
        whole = all(type(one[key]) is int for key in _BOUNDS)
        return "int_uniform" if whole and type(one.get("step", 1)) is int else "uniform"
    if "mu" in one or "sigma" in one:
        return "normal"
    missing = [key for key in _BOUNDS if key not in one]
    problem = f"it has no {missing[0]}" if len(missing) == 1 else "it says no values"
    raise TrackError(problem, "write value, values, or min and max")
