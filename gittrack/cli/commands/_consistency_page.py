"""The comparison of means over seeds as text and as JSON."""

from __future__ import annotations

import math
from typing import Any

from gittrack.analysis.statistics.equivalence import Equivalence
from gittrack.analysis.verdict import CONSISTENT, DIFFERENT, FAILED, UNKNOWN
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id

_SUMMARIES = {
    CONSISTENT: "the means are the same within the margin, at the level of 5 %",
    DIFFERENT: "a mean differs by more than its margin, at the level of 5 %",
    UNKNOWN: "these seeds do not decide whether the means are the same within the margin",
}


def page(
    level: str,
    originals: Sequence[RunInfo],
    reruns: Sequence[RunInfo],
    metrics: Mapping[str, Equivalence],
) -> str:
    """Return the verdict, a line for each metric, and the runs that were compared."""
    lines = [f"{level}  {_SUMMARIES.get(level) or _failure(reruns, metrics)}"]
    for name, result in metrics.items():
        lines += [f"  {text.escape(name)}: {line}" for line in _metric(result)]
    lines += [_runs("original", originals), _runs("again", reruns)]
    if len(originals) == 1 and level != FAILED:
        lines.append(
            "the original is one run: it is assumed to vary with the seed as much as the reruns"
        )
    return "".join(f"{line}\n" for line in lines)


def _failure(reruns: Sequence[RunInfo], metrics: Mapping[str, Equivalence]) -> str:
    failed = sum(not run.finished for run in reruns)
    if not reruns:
        return "it was stopped before a rerun ended"
    if failed:
        return f"{failed} of {len(reruns)} reruns did not finish, so a mean would be a selection"
    return "a rerun does not have all of the metrics, so a mean would be a selection"


def _metric(result: Equivalence) -> list[str]:
    if math.isnan(result.difference):
        return [f"{result.level}, {result.reason}"]
    number = text.value
    interval = f"90 % interval {number(result.low)} to {number(result.high)}"
    lines = [
        f"{result.level}, the means differ by {number(result.difference)}, {interval}, "
        f"margin {number(result.margin)}"
    ]
    if result.reason:
        lines.append(result.reason)
    elif result.level == UNKNOWN:
        lines.append(_needed(result))
    return lines


def _needed(result: Equivalence) -> str:
    if result.needed is not None:
        return f"about {result.needed} seeds would decide it: --seeds {result.needed}"
    count = len(result.originals)
    return (
        f"no number of reruns decides it, because the original has {count} "
        f"{'run' if count == 1 else 'runs'}: run the original with more seeds, or use a larger margin"
    )


def _runs(title: str, runs: Sequence[RunInfo]) -> str:
    names = ", ".join(f"{short_id(run.id)} (seed {_seed(run)})" for run in runs[:10])
    return f"{title}: {names}{', ...' if len(runs) > 10 else ''}"


def _seed(run: RunInfo) -> str:
    return "none" if run.seed is None else str(run.seed)


def jsonable(
    level: str,
    originals: Sequence[RunInfo],
    reruns: Sequence[RunInfo],
    metrics: Mapping[str, Equivalence],
) -> dict[str, Any]:
    """Return the verdict as a mapping for JSON."""
    return {
        "verdict": level,
        "originals": [run.id for run in originals],
        "reruns": [run.id for run in reruns],
        "seeds": [run.seed for run in reruns],
        "metrics": {name: _plain(result) for name, result in metrics.items()},
    }


def _plain(result: Equivalence) -> dict[str, Any]:
    values = result._asdict()
    return {
        **values,
        "originals": list(result.originals),
        "reruns": list(result.reruns),
        "reason": result.reason or None,
    }
