"""The verdict between two runs, its first word in capitals, and JSON of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gittrack.analysis.verdict import CLOSE, DIFFERENT, EXACT, UNKNOWN, Divergence, Verdict
from gittrack.show.terminal import text

_SHOWN = 8
_REMEDY = "hint: have it log a metric, or name what it writes: git track run --output PATH"


def page(found: Verdict, why: Sequence[str] = (), more: str = "") -> str:
    """Return the verdict; ``why`` are differences that may be the reason, ``more`` is said at the end."""
    lines = [f"{found.level}  {_summary(found)}"]
    lines += [f"  {_divergence(one)}" for one in found.divergences[:_SHOWN]]
    if len(found.divergences) > _SHOWN:
        lines.append(f"  and {len(found.divergences) - _SHOWN} more metrics")
    lines += [f"  artifact {text.escape(path)}: its content differs" for path in found.artifacts]
    if found.unknown:
        names = ", ".join(map(text.escape, found.unknown))
        lines.append(f"not compared, because they are over track.maxArtifactSize: {names}")
    if found.left_out:
        names = ", ".join(map(text.escape, found.left_out))
        lines.append(f"left out, because they measure time or memory: {names}")
    if found.level == UNKNOWN:
        lines.append(_REMEDY)
    if why:
        lines.append("what differs besides, and may be the reason:")
        lines += [f"  {text.escape(reason)}" for reason in why]
    if more:
        lines.append(more)
    return "".join(f"{line}\n" for line in lines)


def _summary(found: Verdict) -> str:
    if found.reason:
        return text.escape(found.reason)
    what = f"metrics: {found.metrics}, points: {found.points}"
    if found.level == EXACT:
        return f"every point of every metric and every artifact are the same ({what})"
    if found.level == CLOSE:
        return f"within tolerance, metrics that differ a little: {len(found.divergences)} ({what})"
    if found.level == DIFFERENT and not found.divergences:
        return f"every point is the same, but not every artifact ({what})"
    return f"metrics that differ: {len(found.divergences)} ({what})"


def _divergence(one: Divergence) -> str:
    name = text.escape(one.metric)
    if one.step is None:
        return f"{name}: only one of the runs has it"
    place = "at the end" if math.isinf(one.step) else f"from step {text.value(one.step)} on"
    values = f"{_value(one.a)} and {_value(one.b)}"
    gap = "" if math.isinf(one.largest) else f", at most {one.largest:.3g} apart"
    return f"{name}: {place}, {values}{gap}"


def _value(value: float | None) -> str:
    return "nothing" if value is None else repr(value)


def jsonable(found: Verdict, a: str, b: str | None, why: Sequence[str] = ()) -> dict[str, Any]:
    """Return the verdict as JSON knows it; ``a`` and ``b`` are run ids."""
    return {
        "verdict": found.level,
        "reason": found.reason or None,
        "a": a,
        "b": b,
        "metrics": found.metrics,
        "points": found.points,
        "divergences": [one._asdict() for one in found.divergences],
        "artifacts": list(found.artifacts),
        "left_out": list(found.left_out),
        "not_compared": list(found.unknown),
        "differences": list(why),
    }
