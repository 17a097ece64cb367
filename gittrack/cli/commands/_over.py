"""``git track top METRIC --over PARAM``: groups of runs instead of runs."""

from __future__ import annotations

import argparse

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
from gittrack.core.standard.collections import Sequence
from gittrack.read.files import inputs
from gittrack.show.data import jsonable
from gittrack.show.terminal import columns, table, text
from gittrack.show.terminal import groups as layouts


def show(
    repo: git.Repo, infos: Sequence[RunInfo], args: argparse.Namespace, direction: Direction
) -> None:
    """Print the leaderboard of groups.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    infos : sequence of RunInfo
        The runs to group.
    args : argparse.Namespace
        The options of ``git track top``, with ``args.over`` not empty.
    direction : Direction
        Whether the smallest or the largest value is the best.

    Raises
    ------
    TrackError
        If no run has one of the params in ``args.over``.
    """
    _check_params(infos, args.over)
    metric = args.metric.removeprefix("metrics.")
    ranked = groups.group_runs(
        infos,
        args.over,
        columns.metric(metric).get,
        smallest=direction.smallest,
        inputs=inputs.names(repo, infos),
    )
    best_two = groups.compare_groups(ranked[0], ranked[1], len(ranked)) if ranked[1:] else None
    if args.style == "json":
        print_result(jsonable.dump(layouts.jsonable(ranked[: args.n], best_two, args.over)))
        return
    content = layouts.table(ranked[: args.n], metric, exact=args.style == "csv")
    lines = table.render(content, args.style)
    if args.style == "text":
        constants = layouts.constants(ranked).items()
        params = "  ".join(f"{text.escape(k)}={text.value(v)}" for k, v in constants)
        lines = (f"all: {params}\n\n" if params else "") + paint_lines(lines, ["bold", "green"])
        lines += hidden_columns_line(content.left_out)
        lines += more_runs_line(len(ranked) - args.n, len(ranked))
        verdict = layouts.verdict(ranked, best_two, args.over, smallest=direction.smallest)
        lines += f"\n{verdict}" if verdict else ""
        lines += _remarks(infos, ranked, args)
        lines += order_line(direction, len(ranked))
    print_result(lines)


def _check_params(infos: Sequence[RunInfo], names: Sequence[str]) -> None:
    params = {name for info in infos for name in commit_message.dotted(info.params)}
    choices = sorted(params | {"seed"})
    for name in names:
        if name not in choices:
            hint = did_you_mean(name, choices, f"there are: {', '.join(choices[:8])}")
            raise TrackError(f"no run has the param {name!r}", hint)


def _remarks(
    infos: Sequence[RunInfo], ranked: Sequence[groups.Group], args: argparse.Namespace
) -> str:
    """Return the lines on groups that are not what they seem, and on runs that are not counted."""
    reruns = sum(group.reruns for group in ranked)
    unfinished = sum(group.unfinished for group in ranked)
    diverged = sum(group.diverged for group in ranked)
    counted = sum(len(group.runs) for group in ranked) + reruns + unfinished + diverged
    numbered = list(enumerate(ranked[: args.n], 1))
    repeated = [str(number) for number, group in numbered if group.repeated]
    mixed = [str(number) for number, group in numbered if group.codes > 1]
    lines = []
    if mixed:
        lines.append(f"made with more than one code state: {', '.join(mixed)}")
    if repeated:
        same = " and ".join(map(text.escape, args.over))
        lines.append(f"with the same {same} more than once: {', '.join(repeated)}")
    if reruns:
        lines.append(f"left out, because they are reruns of runs that count: {reruns}")
    if diverged:
        lines.append(f"left out, because they ended with NaN or infinity: {diverged}")
    if unfinished:
        lines.append(f"left out, because they did not finish: {unfinished}")
    if counted < len(infos):
        lines.append(f"left out, because they have no finite value: {len(infos) - counted}")
    return "".join(f"{line}\n" for line in lines)
