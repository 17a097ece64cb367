"""Groups of runs as a table, and a sentence on whether the first is better than the second."""

from __future__ import annotations

from collections.abc import Sequence
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
from gittrack.core.equality import equal
from gittrack.core.run.commit_message import MISSING
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table


def table(groups: Sequence[Group], metric: str, *, exact: bool = False) -> Table:
    """Return the leaderboard of groups: mean, deviation, number of runs, and what differs among them."""
    names = sorted({name for group in groups for name in group.params})
    if not exact:
        names = [name for name in names if name not in constants(groups)]
    show = text.plain if exact else text.value
    parts = [
        part for part in _PARTS if len({str(getattr(g.configuration, part)) for g in groups}) > 1
    ]
    means = text.distinct_numbers([group.mean for group in groups])
    rows = []
    for place, (group, mean) in enumerate(zip(groups, means, strict=True), 1):
        params = [show(group.params.get(name, MISSING)) for name in names]
        best = [short_id(run.id) if not exact else run.id for run in group.runs]
        shown = best if exact or len(best) <= 5 else [*best[:5], "…"]
        score = [text.plain(x) for x in (group.mean, group.deviation)]
        score = score if exact else [_spread(mean, group.deviation)]
        count = [str(len(group.values)), str(group.started)] if exact else [_count(group)]
        differing = [_part(group, part, exact=exact) for part in parts]
        rows.append([str(place), *score, *count, *differing, *params, " ".join(shown)])
    score_heads = (
        ["mean", "std", "n", "of"] if exact else [f"{text.escape(metric)} (mean ± std)", "n"]
    )
    part_heads = parts if exact else [part.upper() for part in parts]
    heads = ["rank" if exact else "#", *score_heads, *part_heads, *map(text.escape, names)]
    right = [head not in part_heads for head in heads]
    return Table([*heads, "runs" if exact else "RUNS"], rows, [*right, False])


_PARTS = ("experiment", "command", "inputs")


def _part(group: Group, part: str, *, exact: bool) -> str:
    """Return one of the parts of a configuration as the cell of a table."""
    content = getattr(group.configuration, part)
    told = content if isinstance(content, str) else text.command_line(content)
    return told if exact else text.shorten(text.escape(told), 40) or "-"


def _count(group: Group) -> str:
    """Return ``5``, or ``2 of 5`` if three runs have no value that counts."""
    n = len(group.values)
    return str(n) if n == group.started else f"{n} of {group.started}"


def constants(groups: Sequence[Group]) -> dict[str, Any]:
    """Return the params that all groups share; none where there is only one group."""
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
    found: Comparison | Refusal | None,
    over: Sequence[str],
    *,
    smallest: bool,
) -> str:
    """Return the sentence that compares the first two groups, with the runs that prove it."""
    if found is None:
        return ""
    a, b = groups[:2]
    counts = f"n = {_count(a)} and {_count(b)}"
    across = " and ".join(text.escape(name) for name in over)
    if isinstance(found, Refusal):
        reason = _reason(found, (a, b), across)
        return f"whether 1 is better than 2 cannot be said: {reason} ({counts})\n"
    better = -found.difference if smallest else found.difference
    low, high = (-found.high, -found.low) if smallest else (found.low, found.high)
    if len(a.values) == len(b.values) and not a.repeated and not b.repeated:
        across = f"{len(a.values)} {across}{'' if across.endswith('s') else 's'}"
    unit, scale = ("", 1.0) if smallest else _unit(a, b)
    told = f"{better * scale:.3g}{unit} better across {across}"
    method = "paired t" if found.paired else "Welch's t"
    corrected = f", corrected for the best of {found.among}" if found.among > 2 else ""
    interval = f"95 % interval {low * scale:.3g} to {high * scale:.3g}, {method}{corrected}"
    judged = "more than noise" if found.more_than_noise else "no more than noise"
    proof = f"{_ids(a)} against {_ids(b)}"
    return f"1 is {told} than 2 ({interval}; {counts}): {judged}\n  {proof}\n"


def _reason(refusal: Refusal, groups: Sequence[Group], across: str) -> str:
    """Return why nothing is said about two groups."""
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
    """Shares are compared in points of a hundred, as people speak of accuracies."""
    shares = all(0 <= value <= 1 for value in (*a.values, *b.values))
    return (" points", 100.0) if shares else ("", 1.0)


def _ids(group: Group) -> str:
    return " ".join(short_id(run.id) for run in group.runs)


def jsonable(
    groups: Sequence[Group], found: Comparison | Refusal | None, over: Sequence[str]
) -> dict[str, Any]:
    """Return groups and comparison as JSON knows them."""
    return {
        "over": list(over),
        "groups": [_group(group) for group in groups],
        "difference": _comparison(found) if isinstance(found, Comparison) else None,
        "no_claim": found.reason if isinstance(found, Refusal) else None,
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


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "value": found.difference,
        "interval": [found.low, found.high],
        "confidence": 0.95,
        "method": "paired t" if found.paired else "Welch's t",
        "among": found.among,
        "more_than_noise": found.more_than_noise,
    }
