"""How much each param explains of a metric, over any set of runs."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack import git
from gittrack.analysis import importance
from gittrack.analysis.direction import MAX
from gittrack.analysis.importance import Scored
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RUNNING, RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs import reader
from gittrack.web import windows
from gittrack.web.params import Params
from gittrack.web.views import commands, runs


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``importance``."""
    metric = params.required("metric").removeprefix("metrics.")
    rows = windows.select(repo, params)
    infos = [reader.decode(repo, raw) for raw in rows.raws]
    answer = {**document(repo, infos, metric), "commands": _commands(params)}
    if not rows.complete:
        count = (
            f"Only the newest {len(rows.raws):,} of {rows.total:,} runs count here: select fewer."
        )
        answer["caveats"].insert(0, count)
    return answer


def document(repo: git.Repo, infos: Sequence[RunInfo], metric: str) -> dict[str, Any]:
    """Return the document ``importance`` of some runs; those that are still running do not count."""
    ended = [info for info in infos if info.status != RUNNING]
    flat = [commit_message.dotted(info.params) for info in ended]
    varied = [name for name in _names(flat) if len({repr(values.get(name)) for values in flat}) > 1]
    scores = [info.metrics[metric].last if metric in info.metrics else None for info in ended]
    trials = [
        Scored({name: values[name] for name in varied if name in values}, score)
        for values, score in zip(flat, scores, strict=True)
    ]
    rule = runs.goals_of(repo, infos, [metric])[metric]
    weights = importance.importance(trials, "maximize" if rule.goal == MAX else "minimize")
    return {
        "metric": metric,
        "goal": rule.goal,
        "weights": [weight._asdict() for weight in weights],
        "caveats": caveats(len(ended), sum(score is not None for score in scores), len(varied)),
        "commands": _commands(Params()),
    }


def _commands(params: Params) -> list[dict[str, str]]:
    """Return the commands that print the params and metrics of the runs that count."""
    where = 'status != "running"'
    if params.text("where"):
        where = f"({params.text('where')}) and {where}"
    words = ["git", "track", "export", *commands.selection(params, where)]
    return [commands.command("the numbers behind this", shlex.join(words), commands.BODIES)]


def _names(flat: list[dict[str, Any]]) -> list[str]:
    return sorted({name for values in flat for name in values})


def caveats(ended: int, scored: int, varied: int) -> list[str]:
    """Return what a reader of these shares has to know."""
    lines = [
        "Each param is judged alone: one that matters only together with another is not seen.",
        "Params that were changed together cannot be separated by these runs.",
    ]
    if scored < ended:
        lines.append(f"{ended - scored} of {ended} runs do not have the metric and do not count.")
    if varied and scored < 10 * varied:
        lines.append(f"{scored} runs are few for {varied} params: the intervals are wide.")
    return lines
