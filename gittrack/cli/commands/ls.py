"""List runs, newest first; those that are going on or crashed too, with live values."""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.cli.commands import _sweep_lines
from gittrack.cli.options import (
    add_archived,
    add_experiment,
    add_formats,
    add_where,
    check_exclusive,
    positive,
)
from gittrack.cli.output import (
    hidden_columns_line,
    more_runs_line,
    paint_lines,
    print_note,
    print_result,
    report_damage,
    table_width,
)
from gittrack.read.runs import query, reader
from gittrack.show.data import jsonable
from gittrack.show.terminal import runs, table

_STYLES = {"running": "green", **dict.fromkeys(("failed", "killed", "crashed", "damaged"), "red")}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track ls``."""
    add_experiment(parser)
    parser.add_argument(
        "--sort", metavar="KEY", help="by a metric, param or fact; -KEY for downwards"
    )
    parser.add_argument("--reverse", action="store_true", help="turn the order round")
    parser.add_argument("-n", type=positive, default=20, metavar="N", help="at most N runs (20)")
    parser.add_argument("--columns", metavar="A,B", help="these columns: facts, metrics, params")
    parser.add_argument(
        "--all-params", action="store_true", help="all params, not only differing ones"
    )
    add_where(parser)
    add_archived(parser)
    add_formats(parser, "json", "csv", "md")


def run(args: argparse.Namespace) -> int:
    """Print the listing; 1 where a run is damaged."""
    columns, all_params = ("--columns", args.columns), ("--all-params", args.all_params)
    check_exclusive("--all-params adds all of them", columns, all_params)
    check_exclusive("JSON has everything", columns, ("--json", args.style == "json"))
    for style in ("json", "csv"):
        check_exclusive("it has all params", all_params, (f"--{style}", args.style == style))
    repo = git.find()
    found = _listing(repo, args, args.n)
    folded = _may_fold(args) and _sweep_lines.has_trials(repo, found.runs)
    if folded:
        found = _listing(repo, args, None)
        infos, shown_runs = _sweep_lines.lines(repo, found.runs, args.n)
        found = found._replace(runs=shown_runs)
    else:
        infos = [reader.decode(repo, raw) for raw in found.runs]
    if args.style == "json":
        print_result(jsonable.dump([jsonable.run(info) for info in infos]))
    elif not infos:
        print_note(nothing(found, args.where))
    else:
        chosen = args.columns.split(",") if args.columns else []
        query.check_columns(infos, chosen)
        made = runs.listing(
            infos,
            time.time(),
            chosen,
            all_params=args.all_params,
            exact=args.style == "csv",
            width=table_width(args.style),
        )
        more = found.total - len(found.runs)
        tail = more_runs_line(more, found.total) if args.style == "text" else ""
        if found.archived and args.style == "text":
            tail += f"archived and not shown: {found.archived}; with them: add --archived\n"
        shown = table.render(made, args.style)
        if args.style == "text":
            shown = paint_lines(shown, ["bold", *(_STYLES.get(info.status, "") for info in infos)])
            tail = hidden_columns_line(made.left_out, "--all-params, --columns A,B, --csv") + tail
            tail += "a sweep is one line; for its trials: add --sort -started\n" if folded else ""
        print_result(shown + tail)
    if args.style != "text" and found.total > len(found.runs):
        print_note(more_runs_line(found.total - len(found.runs), found.total).rstrip())
    broken = 0 if folded else reader.undecodable(found.runs, infos)
    return report_damage(found.damaged + broken, found.total)


def _listing(repo: git.Repo, args: argparse.Namespace, limit: int | None) -> query.Listing:
    return query.listing(
        repo,
        experiment=args.experiment,
        sort=args.sort,
        reverse=args.reverse,
        limit=limit,
        query=args.where,
        archived=args.archived,
    )


def _may_fold(args: argparse.Namespace) -> bool:
    """Return whether a sweep may be one line: not for programs, and not if trials are asked for."""
    precise = args.where or args.sort or args.columns
    return args.style in ("text", "md") and not precise


def nothing(found: query.Listing, where: str | None) -> str:
    """Say why a listing is empty."""
    if where is not None:
        return "no run matches the query"
    if found.archived:
        return "all runs are archived; with them: add --archived"
    return "no runs are recorded here yet; record one: git track run -- COMMAND"
