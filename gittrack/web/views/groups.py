"""Configurations of runs: the mean of a metric, its deviation, and whether a difference is noise."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack import git
from gittrack.analysis import groups
from gittrack.core.run import commit_message
from gittrack.read.files import inputs
from gittrack.read.runs import query, reader
from gittrack.show.terminal import columns
from gittrack.show.terminal import groups as layouts
from gittrack.web.params import Params
from gittrack.web.views import commands, runs


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``groups``: the numbers of ``top --over``."""
    metric = params.required("metric").removeprefix("metrics.")
    ranking = query.top(
        repo,
        metric,
        experiment=params.text("experiment") or None,
        query=params.text("where") or None,
        archived=params.flag("archived"),
    )
    chosen = set(params.many("run"))
    raws = [raw for raw in ranking.runs if not chosen or runs.key(raw) in chosen]
    infos = [reader.decode(repo, raw) for raw in raws]
    over = params.many("over")
    if params.many("by"):
        names = {name for info in infos for name in commit_message.dotted(info.params)}
        over = sorted(names.union(("seed",)).difference(params.many("by")))
    rule = ranking.direction
    ranked = groups.group_runs(
        infos,
        over,
        columns.metric(metric).get,
        smallest=rule.smallest,
        inputs=inputs.names(repo, infos),
    )
    comparison = groups.compare_groups(ranked[0], ranked[1], len(ranked)) if ranked[1:] else None
    words = ["git", "track", "top", metric, "--over", *(over or ["seed"])]
    words += commands.selection(params)
    return {
        **layouts.jsonable(ranked, comparison, over),
        "metric": metric,
        "goal": rule.goal,
        "assumed": rule.assumed,
        "commands": [commands.command("these groups", shlex.join(words), commands.BODIES)],
    }
