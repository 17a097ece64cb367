"""The leaderboard: best first by a metric's last value, or METRIC.max, METRIC.min for the best seen."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

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
    paint_lines,
    print_note,
    print_result,
    report_damage,
    table_width,
)
from gittrack.core.run.run_info import RunInfo
from gittrack.read.runs import query, reader
from gittrack.show.data import jsonable
from gittrack.show.terminal import runs, table, text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track top``."""
    parser.add_argument("metric", metavar="METRIC", help="a metric; METRIC.max and METRIC.min too")
    add_goal(parser)
    add_experiment(parser)
    parser.add_argument("-n", type=positive, default=10, metavar="N", help="at most N runs (10)")
    parser.add_argument(
        "--over",
        nargs="+",
        action="extend",
        metavar="PARAM",
        help="groups of runs that are equal in all params but these: mean and deviation",
    )
    add_where(parser)
    add_archived(parser)
    add_formats(parser, "json", "csv", "md")


def run(args: argparse.Namespace) -> int:
    """Print the leaderboard; 1 where a run is damaged."""
    repo = git.find()
    found = query.top(
        repo,
        args.metric,
        goal=args.goal,
        experiment=args.experiment,
        limit=None if args.over else args.n,
        query=args.where,
        archived=args.archived,
    )
    infos = [reader.decode(repo, raw) for raw in found.runs]
    if args.over:
        from gittrack.cli.commands import _over  # noqa: PLC0415 - a plain leaderboard has no use for it

        _over.show(repo, infos, args, found.direction)
    elif args.style == "json":
        print_result(jsonable.dump([jsonable.run(info) for info in infos]))
        _remark("", found)
    else:
        metric = args.metric.removeprefix("metrics.")
        plain = args.style == "text"
        ranked = runs.ranking(
            infos, metric, time.time(), exact=args.style == "csv", width=table_width(args.style)
        )
        made = table.render(ranked, args.style)
        if plain:
            made = _constants(infos) + paint_lines(made, ["bold", "green"])
            made += hidden_columns_line(ranked.left_out) + _tail(found, args)
        print_result(made)
        if not plain:
            _remark(_counted(found, args.metric), found)
    broken = reader.undecodable(found.runs, infos)
    return report_damage(found.damaged + broken, found.total)


def _remark(counted: str, found: query.Ranking) -> None:
    """Print on stderr what stands below the table elsewhere."""
    lines = counted + order_line(found.direction, found.ranked)
    if lines:
        print_note(lines.rstrip("\n"))


def _constants(infos: Sequence[RunInfo]) -> str:
    equal = runs.constants(infos) if len(infos) > 1 else {}
    if not equal:
        return ""
    shown = "  ".join(f"{text.escape(k)}={text.value(v)}" for k, v in equal.items())
    return f"all: {shown}\n\n"


def _tail(found: query.Ranking, args: argparse.Namespace) -> str:
    more = found.total - found.damaged - len(found.runs)
    order = order_line(found.direction, found.ranked)
    return more_runs_line(more, found.total) + _counted(found, args.metric) + order


def _counted(found: query.Ranking, metric: str) -> str:
    """Return a line on the runs that cannot be ranked, or nothing."""
    counts = [
        (found.infinite, f"have {metric} = infinity"),
        (found.nan, f"have {metric} = NaN"),
        (found.without, f"do not have {metric}"),
    ]
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"last, because they cannot be ranked: {told}\n" if told else ""
