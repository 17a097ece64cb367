"""The words of verdicts, their order, and the verdict that the annotations of a run record."""

from __future__ import annotations

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, NamedTuple

EXACT, CLOSE, UNKNOWN, DIFFERENT = "EXACT", "CLOSE", "UNKNOWN", "DIFFERENT"
FAILED, NOT_RUN = "FAILED", "NOT RUN"
# The same mean over seeds: see `gittrack.analysis.statistics.equivalence`.
CONSISTENT = "CONSISTENT"
# Best first.  CONSISTENT compares means, so it proves less than CLOSE, which compares the same seed.
# UNKNOWN proves nothing; a known difference is worse.
ORDER = (EXACT, CLOSE, CONSISTENT, UNKNOWN, DIFFERENT, FAILED, NOT_RUN)
# A verdict of an earlier version, which recorded or compared less.  It is in no order: it proves nothing.
OUTDATED = "OUTDATED"
# Raise this number when a verdict that was right by the rules so far may be wrong by the new ones.
RULES = 2


class Judgement(NamedTuple):
    """A verdict as it is recorded: without the differences.

    Parameters
    ----------
    level : str
        A word of `ORDER`, or `OUTDATED`.
    evidence : tuple of str
        What it rests on: of ``metrics``, ``artifacts``, ``written`` and ``console`` those that were compared.
    rerun : str or None
        The id of the rerun.
    """

    level: str
    evidence: tuple[str, ...] = ()
    rerun: str | None = None


def from_operation(operation: Mapping[str, Any]) -> Judgement | None:
    """Return the judgement of an annotation; None if it is none, because anybody can write a note."""
    level, evidence = operation.get("level"), operation.get("evidence")
    rerun, rules = operation.get("rerun"), operation.get("rules")
    if level not in ORDER or not isinstance(rerun, str):
        return None
    if not isinstance(evidence, list) or not all(isinstance(word, str) for word in evidence):
        return None
    is_current = isinstance(rules, int) and rules >= RULES
    return Judgement(level if is_current else OUTDATED, tuple(evidence), rerun)


def better(first: Judgement | None, second: Judgement | None) -> Judgement | None:
    """Return the better of two judgements; the second, if none is better."""
    if first is None or second is None:
        return first or second
    order = (*ORDER, OUTDATED)
    return first if order.index(first.level) < order.index(second.level) else second
