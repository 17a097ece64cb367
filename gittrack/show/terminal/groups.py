"""Groups of runs as a table, and a sentence that compares the first two groups."""

from __future__ import annotations

from typing import Any

from gittrack.analysis.groups import (
    CONSTANT,
    DIVERGED,
    FEW,
    FEWEST,
    Comparison,
    Group,
    Refusal,
)
from gittrack.core.query.equality import equal
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Sequence
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table


def table(groups: Sequence[Group], metric: str, *, exact: bool = False) -> Table:
    """Return the leaderboard: mean, deviation, number of runs, and the params and parts that differ."""
    names = sorted({name for group in groups for name in group.params})
    if not exact:
        names = [name for name in names if name not in constants(groups)]
    show = text.plain if exact else text.value
    parts = [
        part for part in _PARTS if len({str(getattr(g.configuration, part)) for g in groups}) > 1
    ]
    means = text.distinct_numbers([group.mean for group in groups])
    rows = []
    for rank, (group, mean) in enumerate(zip(groups, means, strict=True), 1):
        params = [show(group.params.get(name, MISSING)) for name in names]
        all_ids = [short_id(run.id) if not exact else run.id for run in group.runs]
        run_ids = all_ids if exact or len(all_ids) <= 5 else [*all_ids[:5], "…"]
        score = [text.plain(x) for x in (group.mean, group.deviation)]
        score = score if exact else [_spread(mean, group.deviation)]
        count = [str(len(group.values)), str(group.started)] if exact else [_count(group)]
        differing = [_part(group, part, exact=exact) for part in parts]
        rows.append([str(rank), *score, *count, *differing, *params, " ".join(run_ids)])
    score_heads = (
        ["mean", "std", "n", "of"] if exact else [f"{text.escape(metric)} (mean ± std)", "n"]
    )
    part_heads = parts if exact else [part.upper() for part in parts]
    heads = ["rank" if exact else "#", *score_heads, *part_heads, *map(text.escape, names)]
    right = [head not in part_heads for head in heads]
    return Table([*heads, "runs" if exact else "RUNS"], rows, [*right, False])


_PARTS = ("experiment", "command", "inputs")


def _part(group: Group, part: str, *, exact: bool) -> str:
    """Return a part of a configuration as a cell of the table."""
    content = getattr(group.configuration, part)
    line = content if isinstance(content, str) else text.command_line(content)
    return line if exact else text.shorten(text.escape(line), 40) or "-"


def _count(group: Group) -> str:
    """Return ``5``, or ``2 of 5`` if three of five runs have no value that counts."""
    n = len(group.values)
    return str(n) if n == group.started else f"{n} of {group.started}"


def constants(groups: Sequence[Group]) -> dict[str, Any]:
    """Return the params that all groups share; empty if there is only one group."""
    if len(groups) < 2:
        return {}
    first = groups[0].params
    return {
        name: value
        for name, value in first.items()
        if all(name in other.params and equal(other.params[name], value) for other in groups)
    }


def _spread(mean: str, deviation: float | None) -> str:
    """Return ``0.9722 ± 0.0031``."""
    return mean if deviation is None else f"{mean} ± {deviation:.2g}"


def verdict(
    groups: Sequence[Group],
    comparison: Comparison | Refusal | None,
    over: Sequence[str],
    *,
    smallest: bool,
) -> str:
    """Return the sentence that compares the first two groups, and the ids of their runs.

    Parameters
    ----------
    groups : sequence of Group
        The groups, the best first.
    comparison : Comparison, Refusal or None
        The result for the first two groups; None if there is only one group.
    over : sequence of str
        The params after ``--over``.
    smallest : bool
        Whether a smaller mean is better.
    """
    if comparison is None:
        return ""
    a, b = groups[:2]
    counts = f"n = {_count(a)} and {_count(b)}"
    across = " and ".join(text.escape(name) for name in over)
    if isinstance(comparison, Refusal):
        reason = _reason(comparison, (a, b), across)
        return f"whether 1 is better than 2 cannot be said: {reason} ({counts})\n"
    better = -comparison.difference if smallest else comparison.difference
    low, high = (
        (-comparison.high, -comparison.low) if smallest else (comparison.low, comparison.high)
    )
    if len(a.values) == len(b.values) and not a.repeated and not b.repeated:
        across = f"{len(a.values)} {across}{'' if across.endswith('s') else 's'}"
    unit, scale = ("", 1.0) if smallest else _unit(a, b)
    gain = f"{better * scale:.3g}{unit} better across {across}"
    method = "paired t" if comparison.paired else "Welch's t"
    corrected = f", corrected for the best of {comparison.among}" if comparison.among > 2 else ""
    interval = f"95 % interval {low * scale:.3g} to {high * scale:.3g}, {method}{corrected}"
    judged = "more than noise" if comparison.more_than_noise else "no more than noise"
    proof = f"{_ids(a)} against {_ids(b)}"
    return f"1 is {gain} than 2 ({interval}; {counts}): {judged}\n  {proof}\n"


def _reason(refusal: Refusal, groups: Sequence[Group], across: str) -> str:
    """Return the reason why two groups cannot be compared, in words."""
    names = " and ".join(map(str, refusal.positions))
    have = "has" if len(refusal.positions) == 1 else "have"
    if refusal.reason == FEW:
        return f"{names} {have} fewer than {FEWEST} runs that count"
    if refusal.reason == DIVERGED:
        counts = [
            f"{groups[n - 1].diverged} of {groups[n - 1].started} of {n}" for n in refusal.positions
        ]
        return f"runs ended with NaN or infinity: {', '.join(counts)}"
    if refusal.reason == CONSTANT:
        return f"all values of {names} are equal: does the {across} reach the script?"
    return "the values are too large"


def _unit(a: Group, b: Group) -> tuple[str, float]:
    """Return the unit and scale of a difference: percentage points if all values are between 0 and 1."""
    shares = all(0 <= value <= 1 for value in (*a.values, *b.values))
    return (" points", 100.0) if shares else ("", 1.0)


def _ids(group: Group) -> str:
    return " ".join(short_id(run.id) for run in group.runs)


def jsonable(
    groups: Sequence[Group], comparison: Comparison | Refusal | None, over: Sequence[str]
) -> dict[str, Any]:
    """Return groups and comparison as a mapping for JSON."""
    return {
        "over": list(over),
        "groups": [_group(group) for group in groups],
        "difference": _comparison(comparison) if isinstance(comparison, Comparison) else None,
        "no_claim": comparison.reason if isinstance(comparison, Refusal) else None,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "mean": group.mean,
        "std": group.deviation,
        "n": len(group.values),
        "of": group.started,
        "diverged": group.diverged,
        "unfinished": group.unfinished,
        "experiment": group.configuration.experiment,
        "command": list(group.configuration.command),
        "inputs": list(group.configuration.inputs),
        "params": group.params,
        "runs": [run.id for run in group.runs],
        "values": list(group.values),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "value": comparison.difference,
        "interval": [comparison.low, comparison.high],
        "confidence": 0.95,
        "method": "paired t" if comparison.paired else "Welch's t",
        "among": comparison.among,
        "more_than_noise": comparison.more_than_noise,
    }
