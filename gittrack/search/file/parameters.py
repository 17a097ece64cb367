"""``parameters`` of a sweep file, in W&B's keys and a few more: the search space."""

from __future__ import annotations

import math

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message
from gittrack.core.scalars import flow_text
from gittrack.core.standard.collections import Callable, Iterator, Mapping
from gittrack.core.standard.typing import Any
from gittrack.search import space
from gittrack.search.bounds import check_order, finite_number, rounded
from gittrack.search.checks import check_keys, require_mapping, short_repr
from gittrack.search.distributions import Distribution, Uniform

_EXAMPLE = "parameters: {lr: {values: [0.1, 0.01]}}"

_BOUNDS = ("min", "max")
# The keys of each distribution besides its name; those with ! are required.
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
    # log(1/x) is uniform if log(x) is: W&B's two names are one distribution.
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
_MOST_EXPONENT = 700  # e to the power of 710 does not fit a float
_EXPONENTS = ("log_uniform", "q_log_uniform", "inv_log_uniform")
_ALTERNATIVES = {  # names that users try -> what to write
    "beta": "uniform, normal, or values with probabilities",
    "q_beta": "q_uniform, q_normal, or values with probabilities",
    "loguniform": "log_uniform_values",
    "log_uniform_value": "log_uniform_values",
    "choice": "categorical",
    "randint": "int_uniform",
    "int": "int_uniform",
}
_KEYS = ("distribution", *sorted({k.rstrip("!") for takes in _TAKES.values() for k in takes}))


def read(value: Any, label: str = "parameters") -> tuple[dict[str, Distribution], tuple[str, ...]]:
    """Return the search space that ``parameters`` describes.

    Parameters
    ----------
    value : object
        The value of ``parameters`` in a sweep file.
    label : str, optional
        What the value is, for messages.  Default: ``parameters``.

    Returns
    -------
    space : dict
        A distribution for each dotted name, in the order of the file.
    remarks : tuple of str
        Sentences on descriptions that may mean something else than intended.

    Raises
    ------
    TrackError
        For the first mistake; the message names the param, the hint the nearest known key.
    """
    distributions: dict[str, Distribution] = {}
    remarks: list[str] = []
    for name, description in _descriptions(value, label, ()):
        if name in distributions:
            raise TrackError(f"the param {name} is described twice", "remove one of them")
        distributions[name] = _named_distribution(name, description)
        remarks += _remarks(name, description, distributions[name])
    _check_groups(distributions)
    return distributions, tuple(remarks)


def _descriptions(value: Any, label: str, group: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, description) of each param, those in groups included."""
    mapping = require_mapping(value, label, _EXAMPLE)
    if not mapping:
        raise TrackError(f"{label} has no params", f"write: {_EXAMPLE}")
    for key, description in mapping.items():
        parts = (*group, *commit_message.parts(str(key)))
        name = commit_message.join_key(parts)
        if isinstance(description, Mapping) and "parameters" in description:
            if len(description) > 1:
                other = next(word for word in description if word != "parameters")
                raise TrackError(
                    f"{name} has both parameters and {other}",
                    "make it either a group or a param",
                )
            yield from _descriptions(description["parameters"], f"the group {name}", parts)
        else:
            yield name, description


def _remarks(
    name: str, description: Mapping[str, Any], distribution: Distribution
) -> Iterator[str]:
    """Yield a sentence for each part of a description that may mean something else than intended."""
    kind = description.get("distribution")
    if kind in _EXPONENTS and isinstance(distribution, Uniform):
        low, high = flow_text(distribution.low), flow_text(distribution.high)
        yield (
            f"{name} is from {low} to {high}: the bounds of {kind} are exponents of e "
            f"(for the bounds themselves, write {kind}_values)"
        )
    if _is_zero_or_one(description):
        yield (
            f"{name} is 0 or 1, because its min and max are whole numbers; for all numbers between, "
            "write min: 0.0"
        )


def _is_zero_or_one(description: Mapping[str, Any]) -> bool:
    """Return whether a description with the bounds 0 and 1 may mean all numbers between."""
    if "distribution" in description or "step" in description:
        return False
    bounds = [description.get(key) for key in _BOUNDS]
    return bounds == [0, 1] and all(type(bound) is int for bound in bounds)


def _check_groups(distributions: Mapping[str, Distribution]) -> None:
    """Raise TrackError if the value of a param can hold another param.

    A plain value can be the choice of a group, as for Hydra: ``db=mysql`` and ``db.timeout=10``.
    """
    paths = {
        commit_message.split_key(name): distribution for name, distribution in distributions.items()
    }
    for path in paths:
        for length in range(1, len(path)):
            if _holds_mappings(paths.get(path[:length])):
                raise TrackError(
                    f"{commit_message.join_key(path[:length])} is a param and a group that holds "
                    f"{commit_message.join_key(path)}",
                    "rename one of them",
                )


def _holds_mappings(distribution: Distribution | None) -> bool:
    values = getattr(distribution, "values", (getattr(distribution, "value", None),))
    return any(isinstance(value, Mapping) for value in values)


def _named_distribution(name: str, description: Any) -> Distribution:
    try:
        return _distribution(description)
    except TrackError as error:
        raise TrackError(f"the param {name}: {error.message}", error.hint) from None


def _distribution(description: Any) -> Distribution:
    if not isinstance(description, Mapping):
        key = "values" if isinstance(description, list) else "value"
        text = short_repr(description)
        raise TrackError(
            f"{text} does not describe the values of a param", f"write {{{key}: {text}}}"
        )
    check_keys(description, _KEYS, "its description")
    kind = _kind(description)
    options = {str(key): value for key, value in description.items() if key != "distribution"}
    _check_options(kind, options)
    if kind == "int_uniform":
        options = {key: _int_if_whole(value) for key, value in options.items()}
    return _MAKES[kind](**options)


def _check_options(kind: str, options: Mapping[str, Any]) -> None:
    """Raise TrackError if a distribution does not take exactly these options."""
    names = [word.rstrip("!") for word in _TAKES[kind]]
    hint = "it takes " + ", ".join(names)
    for key in options:
        if key not in names:
            raise TrackError(f"{kind} takes no {key}", hint)
    for word in _TAKES[kind]:
        if word.endswith("!") and word[:-1] not in options:
            raise TrackError(f"{kind} needs {word[:-1]}", hint)
    for key in ("values", "probabilities"):
        if key in options and not isinstance(options[key], list):
            text = short_repr(options[key])
            raise TrackError(f"{key} is {text}, which is not a list", f"write {key}: [...]")


def _exp(exponent: Any) -> float:
    """Return e to the power of a bound, with 12 significant digits.  Raises TrackError."""
    if abs(finite_number(exponent, "the bound")) > _MOST_EXPONENT:
        raise TrackError(
            f"the bound {exponent} is an exponent of e, and too large",
            "for the bounds themselves, add _values to the name of the distribution",
        )
    return float(rounded(math.exp(exponent)))


def _inverse(low: Any, high: Any) -> tuple[float, float]:
    """Return the bounds of numbers whose reciprocal has a logarithm from ``low`` to ``high``."""
    check_order(finite_number(low, "min"), finite_number(high, "max"))
    return _exp(-high), _exp(-low)


def _int_if_whole(value: Any) -> Any:
    """Return 1000 for 1e3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _kind(description: Mapping[Any, Any]) -> str:
    kind = description.get("distribution")
    if kind is None:
        return _default_kind(description)
    hint = "known are " + ", ".join(_TAKES)
    if not isinstance(kind, str):
        raise TrackError(f"distribution is {short_repr(kind)}, which is not a name", hint)
    if kind in _ALTERNATIVES:
        raise TrackError(f"there is no distribution {kind!r}", f"use {_ALTERNATIVES[kind]}")
    if kind not in _TAKES:
        raise TrackError(f"there is no distribution {kind!r}", did_you_mean(kind, _TAKES, hint))
    return kind


def _default_kind(description: Mapping[Any, Any]) -> str:
    """Return the distribution that W&B takes if the description does not name one."""
    if "value" in description:
        return "constant"
    if "values" in description:
        return "categorical"
    if all(key in description for key in _BOUNDS):
        numbers = [*(description[key] for key in _BOUNDS), description.get("step", 1)]
        return "int_uniform" if all(type(number) is int for number in numbers) else "uniform"
    if "mu" in description or "sigma" in description:
        return "normal"
    missing = [key for key in _BOUNDS if key not in description]
    problem = f"it has no {missing[0]}" if len(missing) == 1 else "it has no values"
    raise TrackError(problem, "write value, values, or min and max")
