"""``early_terminate`` of a sweep file: the rule that stops trials early."""

from __future__ import annotations

from gittrack.analysis.stopping_rules import EarlyTerminate
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search.checks import check_keys, require_mapping, short_repr, whole_number
from gittrack.search.strategies import rungs
from gittrack.search.strategies.methods import WITH_RESOURCE

_EXAMPLE = "early_terminate: {type: hyperband, min_iter: 3}"
_KINDS = ("hyperband", "median")
_MOST_STEPS = 1 << 40  # no curve is longer


class EarlyStopping(NamedTuple):
    """The rule of a sweep file, None without one, and remarks for the user."""

    rule: EarlyTerminate | None = None
    remarks: tuple[str, ...] = ()


def read(value: Any, method: str) -> EarlyStopping:
    """Return the rule and remarks on it.

    Parameters
    ----------
    value : object
        The value of ``early_terminate``; None if the file has none.
    method : str
        The method of the sweep.

    Returns
    -------
    EarlyStopping

    Raises
    ------
    TrackError
        If the rule has a mistake, or the method stops trials itself.

    Notes
    -----
    ``hyperband`` is W&B's rule.  With ``min_iter`` it compares trials after min_iter, min_iter * eta, ...
    values of the metric, up to ``max_iter`` if the file has both.  With ``max_iter`` and ``s`` it compares
    after max_iter / eta**s, ..., max_iter / eta values.  ``median`` compares at every value from ``min_iter``
    on, as soon as ``min_trials`` trials have finished.
    """
    if value is None:
        return EarlyStopping()
    if method in WITH_RESOURCE:
        raise TrackError(
            f"method {method} stops trials itself",
            "leave early_terminate out, or use method: random",
        )
    rule = require_mapping(value, "early_terminate", _EXAMPLE)
    kind = rule.get("type")
    if kind not in _KINDS:
        hint = did_you_mean(str(kind), _KINDS, f"write: {_EXAMPLE}")
        raise TrackError(f"early_terminate has the unknown type {kind!r}", hint)
    return EarlyStopping(_median(rule)) if kind == "median" else _hyperband(rule)


def _median(rule: Mapping[str, Any]) -> EarlyTerminate:
    check_keys(rule, ("type", "min_iter", "min_trials"), "early_terminate")
    least = whole_number(rule, "min_trials") or 3
    warmup = whole_number(rule, "min_iter", least=0) or 0
    return EarlyTerminate("median", warmup=warmup, least=least)


def _hyperband(rule: Mapping[str, Any]) -> EarlyStopping:
    check_keys(rule, ("type", "min_iter", "max_iter", "s", "eta", "strict"), "early_terminate")
    strict = rule.get("strict", True)
    if type(strict) is not bool:
        raise TrackError(f"strict is {short_repr(strict)}", "write true or false")
    eta = whole_number(rule, "eta", least=2) or 3
    return EarlyStopping(
        EarlyTerminate("hyperband", _rungs(rule, eta), eta, strict=strict), _unused_keys(rule)
    )


def _unused_keys(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a remark on the key that has no effect, which W&B accepts as well."""
    if rule.get("s") is None or rule.get("min_iter") is None:
        return ()
    unused = "s" if rule.get("max_iter") is None else "min_iter"
    used = "min_iter" if unused == "s" else "max_iter and s"
    return (f"early_terminate: {unused} has no effect beside {used}, as with W&B",)


def _rungs(rule: Mapping[str, Any], eta: int) -> tuple[int, ...]:
    """Return after how many values of the metric trials are compared."""
    low, high, s = (whole_number(rule, key) for key in ("min_iter", "max_iter", "s"))
    if low is not None and (high is None or s is None):
        last = high if high is not None else max(low, _MOST_STEPS)
        if low > last:
            raise TrackError(f"min_iter {low} is above max_iter {last}", "swap them")
        return tuple(low * eta**k for k in range(rungs.power(low, last, eta) + 1))
    if high is None or s is None:
        raise TrackError(
            "early_terminate does not say when to compare trials",
            "write min_iter, or max_iter and s",
        )
    if eta > high:
        raise TrackError(
            f"max_iter {high} is less than eta {eta}", "raise max_iter, or write min_iter"
        )
    return tuple(high // eta**k for k in range(min(s, rungs.power(1, high, eta)), 0, -1))
