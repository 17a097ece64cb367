"""Groups of more runs than a page holds, and their runs."""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.core.run.run_info import FINISHED, RUNNING
from gittrack.read.runs import reader
from gittrack.web.grouping import numbers
from gittrack.web.grouping.grouped import GroupedRuns, only
from gittrack.web.grouping.groupings import Groupings
from gittrack.web.params import Params
from gittrack.web.views import commands, runs
from gittrack.web.windows import WINDOW

_MOST_DRAWN = 10  # groups, as in js/charts/choice.js
_MOST_CURVES = 200  # of all of them together


def view(repo: git.Repo, params: Params, groupings: Groupings | None = None) -> dict[str, Any]:
    """Return the document ``groups``: a window of the groups, with the numbers of some columns."""
    grouped = (groupings or Groupings()).select(repo, params)
    offset = params.whole("offset", 0, 10**9)
    limit = params.whole("limit", WINDOW, WINDOW)
    window = grouped.groups[offset : offset + limit]
    states = numbers.states_of(repo, grouped)
    leaders = [group.members[0] for group in window]
    return {
        "total": len(grouped.groups),
        "runs": len(grouped.runs),
        "offset": offset,
        "key": [group.name for group in window],
        "first": [group.first for group in window],
        "size": [len(group.members) for group in window],
        "by": [
            {"name": name, "values": [values[number] for number in leaders]}
            for name, values in grouped.by.items()
        ],
        "columns": numbers.cells(repo, grouped, window, params.many("column"), states),
        **({"drawn": _drawn(grouped, states)} if offset == 0 else {}),
    }


def members(repo: git.Repo, params: Params, groupings: Groupings | None = None) -> dict[str, Any]:
    """Return the document ``members``: a window of the runs in the order of their groups, as ``runs``."""
    grouped = (groupings or Groupings()).select(repo, params)
    offset = params.whole("offset", 0, 10**9)
    raws = grouped.rows(offset, params.whole("limit", WINDOW, WINDOW))
    infos = [reader.decode(repo, raw) for raw in raws]
    total = len(grouped.runs)
    return {
        "total": total,
        "offset": offset,
        "complete": False,
        **runs.columns_of(repo, infos),
        "commands": commands.listing(params, total),
    }


def _drawn(grouped: GroupedRuns, states: numbers.States) -> list[list[str]]:
    """Return the keys of the runs whose curves are drawn for each of the first groups."""
    groups = grouped.groups[:_MOST_DRAWN]
    share = _MOST_CURVES // max(1, len(groups))
    counted = [states.counted(group.members, {FINISHED, RUNNING})[:share] for group in groups]
    return [[runs.key(raw) for raw in only(grouped.runs, few)] for few in counted]
