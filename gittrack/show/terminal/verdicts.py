"""The verdict on two runs as text, which begins with a word in capitals, and as JSON."""

from __future__ import annotations

import math
from typing import Any

from gittrack.analysis.console.comparison import ConsoleComparison, LinePair
from gittrack.analysis.series_comparison import Divergence
from gittrack.analysis.verdict import CLOSE, EXACT, Omission, Verdict
from gittrack.core.standard.collections import Sequence
from gittrack.show.terminal import text

_MOST_METRICS = 8
_MOST_LINES = 3
_REMEDY = "hint: log a metric in the script, or name the files that it writes: git track run --output PATH"


def page(verdict: Verdict, why: Sequence[str] = (), more: str = "") -> str:
    """Return the verdict; ``why`` lists differences that may be the reason, ``more`` is the last line."""
    lines = [f"{verdict.level}  {_summary(verdict)}"]
    lines += _omitted(verdict.omitted)
    lines += _left_out_of(verdict)
    differences = _differences(verdict)
    if verdict.omitted and differences and verdict.level != EXACT:
        lines.append("what differs:")
    lines += differences
    lines += [f"  {text.escape(sentence)}" for sentence in verdict.limits]
    if verdict.written_problem:
        problem = text.escape(verdict.written_problem)
        lines.append(f"not compared, what the commands wrote: {problem}")
    if verdict.unwritten:
        names = ", ".join(map(text.escape, verdict.unwritten))
        lines.append(f"not compared, because the run did not write them: {names}")
    if verdict.unknown:
        names = ", ".join(map(text.escape, verdict.unknown))
        lines.append(f"not compared, because their content was not stored: {names}")
    if verdict.has_nothing_to_compare:
        lines.append(_REMEDY)
    if why:
        lines.append("what differs besides, and may be the reason:")
        lines += [f"  {text.escape(reason)}" for reason in why]
    if more:
        lines.append(more)
    return "".join(f"{line}\n" for line in lines)


def _left_out_of(verdict: Verdict) -> list[str]:
    """Return the values that were left out of files as times of the run, a line for each file."""
    lines = []
    for path, names in verdict.left_out_of.items():
        more = f" and {len(names) - _MOST_METRICS} more" if len(names) > _MOST_METRICS else ""
        listed = ", ".join(map(text.escape, names[:_MOST_METRICS])) + more
        lines.append(f"left out of {text.escape(path)}, as times of the run: {listed}")
    return lines


def _differences(verdict: Verdict) -> list[str]:
    """Return the metrics, artifacts and printed lines that differ, a line each."""
    lines = [f"  {_divergence(divergence)}" for divergence in verdict.divergences[:_MOST_METRICS]]
    if len(verdict.divergences) > _MOST_METRICS:
        lines.append(f"  and {len(verdict.divergences) - _MOST_METRICS} more metrics")
    lines += [
        f"  artifact {text.escape(path)}: {_artifact(verdict, path)}" for path in verdict.artifacts
    ]
    return [*lines, *_printed(verdict.console)]


def _summary(verdict: Verdict) -> str:
    if verdict.reason:
        return text.escape(verdict.reason)
    compared = _compared(verdict)
    if verdict.level == EXACT:
        return f"the same: {compared}"
    printed = len(verdict.console.differing) if verdict.console else 0
    counts = {
        "metrics": len(verdict.divergences),
        "artifacts": len(verdict.artifacts),
        "printed lines": printed,
    }
    differing = ", ".join(f"{name}: {count}" for name, count in counts.items() if count)
    if verdict.level == CLOSE:
        return f"the same within tolerance: {compared}; differ a little: {differing}"
    return f"not the same: {differing}; compared: {compared}"


def _compared(verdict: Verdict) -> str:
    """Return what was compared: ``1 metric with 5 points, 2 artifacts``."""
    parts = []
    if verdict.metrics:
        points = _count(verdict.points, "point")
        parts.append(f"{_count(verdict.metrics, 'metric')} with {points}")
    if verdict.artifact_count:
        parts.append(_count(verdict.artifact_count, "artifact"))
    if verdict.written:
        parts.append(_count(verdict.written, "written file"))
    printed = verdict.console
    if printed and printed.lines:
        lines = _count(printed.lines, "line" if printed.numbers else "printed line")
        numbers = f"{_count(printed.numbers, 'printed number')} in " if printed.numbers else ""
        parts.append(numbers + lines)
    left_out = (
        f"; times left out of {_count(printed.masked, 'line')}"
        if printed and printed.masked
        else ""
    )
    return (", ".join(parts) or "nothing") + left_out


def _printed(printed: ConsoleComparison | None) -> list[str]:
    """Return the printed lines that differ, else those whose left-out times may be results."""
    if printed is None:
        return []
    if printed.differing:
        return [_pair(pair) for pair in printed.differing]
    pairs = printed.doubtful[:_MOST_LINES] or printed.examples[:1]
    lines = [f"{_pair(pair)} (times, places and chance are left out)" for pair in pairs]
    if len(printed.doubtful) > _MOST_LINES:
        more = len(printed.doubtful) - _MOST_LINES
        lines.append(
            f"  and {_count(more, 'other form')} of lines with such values (--json lists them)"
        )
    return lines


def _pair(pair: LinePair) -> str:
    return f"  printed line {pair.number}: {_line(pair.a)} and {_line(pair.b)}"


def _line(line: str | None) -> str:
    return "nothing" if line is None else f'"{text.shorten(text.escape(line.strip()), 60)}"'


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _omitted(omissions: Sequence[Omission]) -> list[str]:
    """Return the metrics that were left out: those that differ, a line each, and the names of the others."""
    apart = [omission.divergence for omission in omissions if omission.divergence is not None]
    equal = [text.escape(omission.metric) for omission in omissions if omission.divergence is None]
    lines = ["left out, because they measure time or memory:"] if omissions else []
    lines += [f"  {_divergence(divergence)}" for divergence in apart[:_MOST_METRICS]]
    if len(apart) > _MOST_METRICS:
        lines.append(f"  and {len(apart) - _MOST_METRICS} more metrics that differ")
    if equal:
        lines.append(f"  the same in both: {', '.join(equal)}")
    return lines


def _artifact(verdict: Verdict, path: str) -> str:
    run = verdict.lone_artifacts.get(path)
    names = {
        None: "its content differs",
        1: "only the first run has it",
        2: "only the second run has it",
    }
    return names[run]


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
        "evidence": list(verdict.evidence),
        "artifact_count": verdict.artifact_count,
        "artifacts": list(verdict.artifacts),
        "only_in_one": dict(verdict.lone_artifacts),
        "left_out": list(verdict.left_out),
        "omitted": [_omission(omission) for omission in verdict.omitted],
        "left_out_of": {path: list(names) for path, names in verdict.left_out_of.items()},
        "not_compared": list(verdict.unknown),
        "written_problem": verdict.written_problem or None,
        "unwritten": list(verdict.unwritten),
        "console": _console(verdict.console),
        "limits": list(verdict.limits),
        "differences": list(why),
    }


def _omission(omission: Omission) -> dict[str, Any]:
    apart = omission.divergence
    return {"metric": omission.metric, "divergence": apart._asdict() if apart else None}


def _console(printed: ConsoleComparison | None) -> dict[str, Any] | None:
    if printed is None:
        return None
    return {
        **{name: getattr(printed, name) for name in ("close", "lines", "numbers", "masked")},
        "differing": [pair._asdict() for pair in printed.differing],
        "left_out": [pair._asdict() for pair in printed.examples],
        "doubtful": [pair._asdict() for pair in printed.doubtful],
    }
