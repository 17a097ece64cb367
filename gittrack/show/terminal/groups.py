"""Groups of runs as a table, and a sentence on whether the first is better than the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gittrack.analysis.groups import Comparison, Group
from gittrack.core.nested import same
from gittrack.core.run.commit_message import MISSING
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table


def table(groups: Sequence[Group], metric: str, *, exact: bool = False) -> Table:
    """Return the leaderboard of groups: mean, deviation, number of runs, and the params that differ."""
    names = sorted({name for group in groups for name in group.params})
    if not exact:
        names = [name for name in names if name not in constants(groups)]
    show = text.plain if exact else text.value
    rows = []
    for place, group in enumerate(groups, 1):
        params = [show(group.params.get(name, MISSING)) for name in names]
        best = [short_id(run.id) if not exact else run.id for run in group.runs]
        shown = best if exact or len(best) <= 5 else [*best[:5], "…"]
        score = [text.plain(x) for x in (group.mean, group.deviation)] if exact else [spread(group)]
        rows.append([str(place), *score, str(len(group.values)), *params, " ".join(shown)])
    score_heads = ["mean", "std"] if exact else [f"{text.escape(metric)} (mean ± std)"]
    heads = ["rank" if exact else "#", *score_heads, "n", *map(text.escape, names)]
    right = [True] * (len(heads))
    return Table([*heads, "runs" if exact else "RUNS"], rows, [*right, False])


def constants(groups: Sequence[Group]) -> dict[str, Any]:
    """Return the params that all groups share; none where there is only one group."""
    if len(groups) < 2:
        return {}
    first = groups[0].params
    return {
        name: value
        for name, value in first.items()
        if all(name in other.params and same(other.params[name], value) for other in groups)
    }


def spread(group: Group) -> str:
    """Return ``0.9722 ± 0.0031``."""
    deviation = group.deviation
    told = f" ± {deviation:.2g}" if deviation is not None else ""
    return f"{text.value(group.mean)}{told}"


def verdict(
    groups: Sequence[Group], found: Comparison | None, over: Sequence[str], *, smallest: bool
) -> str:
    """Return the sentence that compares the first two groups, with the runs that prove it."""
    if len(groups) < 2:
        return ""
    a, b = groups[:2]
    counts = f"n = {len(a.values)} and {len(b.values)}"
    if found is None:
        one = " or ".join(f"{place}" for place, group in ((1, a), (2, b)) if len(group.values) < 2)
        return f"whether 1 is better than 2 cannot be said: {one} has a single run ({counts})\n"
    better = -found.difference if smallest else found.difference
    low, high = (-found.high, -found.low) if smallest else (found.low, found.high)
    across = " and ".join(text.escape(name) for name in over)
    if len(a.values) == len(b.values) and not a.repeated and not b.repeated:
        across = f"{len(a.values)} {across}{'' if across.endswith('s') else 's'}"
    unit, scale = ("", 1.0) if smallest else _unit(a, b)
    told = f"{better * scale:.3g}{unit} better across {across}"
    interval = f"95 % interval {low * scale:.3g} to {high * scale:.3g}, bootstrap"
    judged = "more than noise" if found.more_than_noise else "no more than noise"
    proof = f"{_ids(a)} against {_ids(b)}"
    return f"1 is {told} than 2 ({interval}; {counts}): {judged}\n  {proof}\n"


def _unit(a: Group, b: Group) -> tuple[str, float]:
    """Shares are compared in points of a hundred, as people speak of accuracies."""
    shares = all(0 <= value <= 1 for value in (*a.values, *b.values))
    return (" points", 100.0) if shares else ("", 1.0)


def _ids(group: Group) -> str:
    return " ".join(short_id(run.id) for run in group.runs)


def jsonable(
    groups: Sequence[Group], found: Comparison | None, over: Sequence[str]
) -> dict[str, Any]:
    """Return groups and comparison as JSON knows them."""
    return {
        "over": list(over),
        "groups": [
            {
                "mean": group.mean,
                "std": group.deviation,
                "n": len(group.values),
                "params": group.params,
                "runs": [run.id for run in group.runs],
                "values": list(group.values),
            }
            for group in groups
        ],
        "difference": None
        if found is None
        else {
            "value": found.difference,
            "interval": [found.low, found.high],
            "confidence": 0.95,
            "more_than_noise": found.more_than_noise,
        },
    }
