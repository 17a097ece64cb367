"""``git track top METRIC --over PARAM``: groups of runs instead of runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from gittrack import git
from gittrack.analysis import groups
from gittrack.analysis.direction import Direction
from gittrack.cli.output import (
    hidden_columns_line,
    more_runs_line,
    order_line,
    paint_lines,
    print_result,
)
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.read.runs import inputs
from gittrack.show.data import jsonable
from gittrack.show.terminal import columns, table, text
from gittrack.show.terminal import groups as faces


def show(
    repo: git.Repo, infos: Sequence[RunInfo], args: argparse.Namespace, chosen: Direction
) -> None:
    """Print the leaderboard of groups.  Raises TrackError for a param that no run has."""
    known = sorted(
        {name for info in infos for name in commit_message.dotted(info.params)} | {"seed"}
    )
    for name in args.over:
        if name not in known:
            hint = did_you_mean(name, known, f"there are: {', '.join(known[:8])}")
            raise TrackError(f"no run has the param {name!r}", hint)
    metric = args.metric.removeprefix("metrics.")
    found = groups.group_runs(
        infos,
        args.over,
        columns.metric(metric).get,
        smallest=chosen.smallest,
        inputs=inputs.names(repo, infos),
    )
    first = groups.compare_groups(found[0], found[1], len(found)) if len(found) > 1 else None
    if args.style == "json":
        print_result(jsonable.dump(faces.jsonable(found[: args.n], first, args.over)))
        return
    shown = faces.table(found[: args.n], metric, exact=args.style == "csv")
    made = table.render(shown, args.style)
    more = more_runs_line(len(found) - args.n, len(found))
    if args.style == "text":
        equal = faces.constants(found)
        told = "  ".join(f"{text.escape(k)}={text.value(v)}" for k, v in equal.items())
        made = (f"all: {told}\n\n" if told else "") + paint_lines(made, ["bold", "green"])
        made += hidden_columns_line(shown.left_out) + more
        told = faces.verdict(found, first, args.over, smallest=chosen.smallest)
        made += f"\n{told}" if told else ""
        made += _remarks(infos, found, args)
        made += order_line(chosen, len(found))
    print_result(made)


def _remarks(
    infos: Sequence[RunInfo], found: Sequence[groups.Group], args: argparse.Namespace
) -> str:
    reruns = sum(group.reruns for group in found)
    unfinished = sum(group.unfinished for group in found)
    diverged = sum(group.diverged for group in found)
    ranked = sum(len(group.runs) for group in found) + reruns + unfinished + diverged
    shown = list(enumerate(found[: args.n], 1))
    repeated = [str(place) for place, group in shown if group.repeated]
    mixed = [str(place) for place, group in shown if group.codes > 1]
    lines = []
    if mixed:
        lines.append(f"made with more than one code state: {', '.join(mixed)}")
    if repeated:
        same = " and ".join(map(text.escape, args.over))
        lines.append(f"with the same {same} more than once: {', '.join(repeated)}")
    if reruns:
        lines.append(f"left out, being reruns of runs that count: {reruns}")
    if diverged:
        lines.append(f"left out, because they ended with NaN or infinity: {diverged}")
    if unfinished:
        lines.append(f"left out, because they did not finish: {unfinished}")
    if ranked < len(infos):
        lines.append(f"left out, without a finite value: {len(infos) - ranked}")
    return "".join(f"{line}\n" for line in lines)
