"""``early_terminate`` of a sweep file -> when trials may be stopped from inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gittrack.analysis.stopping_rules import EarlyTerminate
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.search.checks import known, mapping, shortly, whole
from gittrack.search.strategies import rungs
from gittrack.search.strategies.methods import HALVING

_EXAMPLE = "early_terminate: {type: hyperband, min_iter: 3}"
_KINDS = ("hyperband", "median")
_ENDLESS = 1 << 40  # steps; no curve is longer


class EarlyStopping(NamedTuple):
    """The rule of a sweep file, None without one, and remarks for the user."""

    rule: EarlyTerminate | None = None
    remarks: tuple[str, ...] = ()


def read(found: Any, method: str) -> EarlyStopping:
    """Return the rule and remarks.  Raises TrackError.

    ``hyperband`` is W&B's: with ``min_iter`` it looks after min_iter, min_iter * eta, ... values of the
    metric (up to ``max_iter``, if that is given as well), with ``max_iter`` and ``s`` after max_iter / eta,
    ..., max_iter / eta**s.  ``median`` looks at every value from ``min_iter`` on, once ``min_trials`` have
    finished.
    """
    if found is None:
        return EarlyStopping()
    if method in HALVING:
        raise TrackError(
            f"method {method} stops trials by itself",
            "leave early_terminate out, or use method: random",
        )
    rule = mapping(found, "early_terminate", _EXAMPLE)
    kind = rule.get("type")
    if kind not in _KINDS:
        hint = did_you_mean(str(kind), _KINDS, f"write: {_EXAMPLE}")
        raise TrackError(f"early_terminate is of no known type: {kind!r}", hint)
    if kind == "median":
        known(rule, ("type", "min_iter", "min_trials"), "early_terminate")
        least = whole(rule, "min_trials") or 3
        warmup = whole(rule, "min_iter", least=0) or 0
        return EarlyStopping(EarlyTerminate(kind, warmup=warmup, least=least))
    known(rule, ("type", "min_iter", "max_iter", "s", "eta", "strict"), "early_terminate")
    strict = rule.get("strict", True)
    if type(strict) is not bool:
        raise TrackError(f"strict is {shortly(strict)}", "write true or false")
    eta = whole(rule, "eta", least=2) or 3
    return EarlyStopping(
        EarlyTerminate(kind, _rungs(rule, eta), eta, strict=strict), _without_effect(rule)
    )


def _without_effect(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a remark on the key that W&B reads and does not use."""
    if rule.get("s") is None or rule.get("min_iter") is None:
        return ()
    unused = "s" if rule.get("max_iter") is None else "min_iter"
    used = "min_iter" if unused == "s" else "max_iter and s"
    return (f"early_terminate: {unused} has no effect beside {used}, as with W&B",)


def _rungs(rule: Mapping[str, Any], eta: int) -> tuple[int, ...]:
    low, high, s = (whole(rule, key) for key in ("min_iter", "max_iter", "s"))
    if low is not None and (high is None or s is None):
        last = high if high is not None else max(low, _ENDLESS)
        if low > last:
            raise TrackError(f"min_iter {low} is above max_iter {last}", "swap them")
        return tuple(low * eta**k for k in range(rungs.power(low, last, eta) + 1))
    if high is None or s is None:
        raise TrackError(
            "early_terminate has no step to look at", "write min_iter, or max_iter and s"
        )
    if eta > high:
        raise TrackError(f"max_iter {high} is less than eta {eta}", "there is no step to look at")
    return tuple(high // eta**k for k in range(min(s, rungs.power(1, high, eta)), 0, -1))
