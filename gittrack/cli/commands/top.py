"""Show the leaderboard of a metric: the runs with the best last values first.

METRIC.max and METRIC.min rank by the largest and the smallest value of a run instead.
"""

from __future__ import annotations

import time
from itertools import chain, repeat

from gittrack import git
from gittrack.cli.options import (
    add_archived,
    add_experiment,
    add_formats,
    add_goal,
    add_where,
    positive,
)
from gittrack.cli.output import (
    hidden_columns_line,
    more_runs_line,
    order_line,
    paint_line,
    print_note,
    print_parts,
    report_damage,
    table_width,
)
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.read.runs import query
from gittrack.read.runs.decoding import many_runs
from gittrack.show.terminal import runs, table, text

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track top``."""
    parser.add_argument("metric", metavar="METRIC", help="the metric, METRIC.max or METRIC.min")
    add_goal(parser)
    add_experiment(parser)
    parser.add_argument(
        "-n", type=positive, default=10, metavar="N", help="show at most N runs (10)"
    )
    parser.add_argument(
        "--over",
        nargs="+",
        action="extend",
        metavar="PARAM",
        help="rank groups of runs that differ only in these params, with mean and deviation",
    )
    add_where(parser)
    add_archived(parser)
    add_formats(parser, "json", "csv", "md")


def run(args: argparse.Namespace) -> int:
    """Print the leaderboard; return 1 if a run is damaged."""
    repo = git.find()
    ranking = query.top(
        repo,
        args.metric,
        goal=args.goal,
        experiment=args.experiment,
        limit=None if args.over else args.n,
        query=args.where,
        archived=args.archived,
        lazy=True,
        lazy_metrics=args.style != "json",
    )
    damage = many_runs.DamageCount()
    infos = runs.sequence_of(damage.decoded(repo, ranking.runs), len(ranking.runs))
    if args.over:
        from gittrack.cli.commands import _over  # noqa: PLC0415 - a leaderboard of runs does not need it

        _over.show(repo, infos, args, ranking.direction)
    elif args.style == "json":
        from gittrack.show.data import jsonable  # noqa: PLC0415 - only --json needs it

        print_parts(jsonable.dump_each(map(jsonable.run, infos)))
        _print_remarks("", ranking)
    else:
        _print_table(args, infos, ranking)
    broken = max(ranking.damaged + damage.damaged, damage.all)
    return report_damage(broken, ranking.total, damage.newer)


def _print_table(
    args: argparse.Namespace, infos: Sequence[RunInfo], ranking: query.Ranking
) -> None:
    metric = args.metric.removeprefix("metrics.")
    ranked = runs.ranking(
        infos, metric, time.time(), exact=args.style == "csv", width=table_width(args.style)
    )
    lines = table.lines(ranked, args.style)
    if args.style == "text":
        painted = map(paint_line, lines, chain(["bold", "green"], repeat("")))
        tail = hidden_columns_line(ranked.left_out) + _tail(ranking, args)
        print_parts(chain([_constants(infos)], painted, [tail]))
    else:
        print_parts(lines)
        _print_remarks(_unranked_line(ranking, args.metric), ranking)


def _print_remarks(unranked: str, ranking: query.Ranking) -> None:
    """Print on stderr the lines that the text format has below the table."""
    lines = unranked + order_line(ranking.direction, ranking.ranked)
    if lines:
        print_note(lines.rstrip("\n"))


def _constants(infos: Sequence[RunInfo]) -> str:
    equal = runs.constants(infos) if len(infos) > 1 else {}
    if not equal:
        return ""
    params = "  ".join(f"{text.escape(k)}={text.value(v)}" for k, v in equal.items())
    return f"all: {params}\n\n"


def _tail(ranking: query.Ranking, args: argparse.Namespace) -> str:
    more = ranking.total - ranking.damaged - len(ranking.runs)
    order = order_line(ranking.direction, ranking.ranked)
    return more_runs_line(more, ranking.total) + _unranked_line(ranking, args.metric) + order


def _unranked_line(ranking: query.Ranking, metric: str) -> str:
    """Return a line on the runs that cannot be ranked, or nothing."""
    counts = [
        (ranking.infinite, f"have {metric} = infinity"),
        (ranking.nan, f"have {metric} = NaN"),
        (ranking.without, f"do not have {metric}"),
    ]
    parts = ", ".join(f"{count} {state}" for count, state in counts if count)
    return f"last, because they cannot be ranked: {parts}\n" if parts else ""
