"""The verdict on two runs as text, which begins with a word in capitals, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gittrack.analysis.verdict import CLOSE, DIFFERENT, EXACT, Divergence, Verdict
from gittrack.show.terminal import text

_MOST_METRICS = 8
_REMEDY = "hint: log a metric in the script, or name the files that it writes: git track run --output PATH"


def page(verdict: Verdict, why: Sequence[str] = (), more: str = "") -> str:
    """Return the verdict; ``why`` lists differences that may be the reason, ``more`` is the last line."""
    lines = [f"{verdict.level}  {_summary(verdict)}"]
    lines += [f"  {_divergence(divergence)}" for divergence in verdict.divergences[:_MOST_METRICS]]
    if len(verdict.divergences) > _MOST_METRICS:
        lines.append(f"  and {len(verdict.divergences) - _MOST_METRICS} more metrics")
    lines += [f"  artifact {text.escape(path)}: its content differs" for path in verdict.artifacts]
    lines += [f"  {text.escape(sentence)}" for sentence in verdict.limits]
    if verdict.unknown:
        names = ", ".join(map(text.escape, verdict.unknown))
        lines.append(f"not compared, because they are over track.maxArtifactSize: {names}")
    if verdict.left_out:
        names = ", ".join(map(text.escape, verdict.left_out))
        lines.append(f"left out, because they measure time or memory: {names}")
    if verdict.has_nothing_to_compare:
        lines.append(_REMEDY)
    if why:
        lines.append("what differs besides, and may be the reason:")
        lines += [f"  {text.escape(reason)}" for reason in why]
    if more:
        lines.append(more)
    return "".join(f"{line}\n" for line in lines)


def _summary(verdict: Verdict) -> str:
    if verdict.reason:
        return text.escape(verdict.reason)
    numbers = f"metrics: {verdict.metrics}, points: {verdict.points}"
    if verdict.level == EXACT:
        return f"every point of every metric and every artifact are the same ({numbers})"
    if verdict.level == CLOSE:
        return f"within tolerance, metrics that differ a little: {len(verdict.divergences)} ({numbers})"
    if verdict.level == DIFFERENT and not verdict.divergences:
        return f"every point is the same, but not every artifact ({numbers})"
    return f"metrics that differ: {len(verdict.divergences)} ({numbers})"


def _divergence(divergence: Divergence) -> str:
    name = text.escape(divergence.metric)
    if divergence.step is None:
        return f"{name}: only one of the runs has it"
    start = (
        "at the end"
        if math.isinf(divergence.step)
        else f"from step {text.value(divergence.step)} on"
    )
    values = f"{_value(divergence.a)} and {_value(divergence.b)}"
    gap = "" if math.isinf(divergence.largest) else f", at most {divergence.largest:.3g} apart"
    return f"{name}: {start}, {values}{gap}"


def _value(value: float | None) -> str:
    return "nothing" if value is None else repr(value)


def jsonable(verdict: Verdict, a: str, b: str | None, why: Sequence[str] = ()) -> dict[str, Any]:
    """Return the verdict as a mapping for JSON; ``a`` and ``b`` are run ids."""
    return {
        "verdict": verdict.level,
        "reason": verdict.reason or None,
        "a": a,
        "b": b,
        "metrics": verdict.metrics,
        "points": verdict.points,
        "divergences": [divergence._asdict() for divergence in verdict.divergences],
        "artifacts": list(verdict.artifacts),
        "left_out": list(verdict.left_out),
        "not_compared": list(verdict.unknown),
        "limits": list(verdict.limits),
        "differences": list(why),
    }
