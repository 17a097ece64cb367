"""List runs, newest first; running and crashed runs are listed with their latest values."""

from __future__ import annotations

import time
from itertools import chain

from gittrack import git
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
    paint_line,
    print_note,
    print_parts,
    report_damage,
    table_width,
)
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.read.runs import query, reader
from gittrack.read.runs.decoding import many_runs
from gittrack.show.terminal import runs, table

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse

_STYLES = {
    "running": "green",
    **dict.fromkeys(("failed", "killed", "crashed", "vanished", "damaged"), "red"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track ls``."""
    add_experiment(parser)
    parser.add_argument(
        "--sort",
        metavar="KEY",
        help="sort by a metric, param or fact; -KEY sorts from largest to smallest",
    )
    parser.add_argument("--reverse", action="store_true", help="reverse the order")
    parser.add_argument(
        "-n", type=positive, default=20, metavar="N", help="list at most N runs (20)"
    )
    parser.add_argument(
        "--columns", metavar="A,B", help="show these columns: facts, metrics, params"
    )
    parser.add_argument(
        "--all-params", action="store_true", help="show all params, not only those that differ"
    )
    add_where(parser)
    add_archived(parser)
    parser.add_argument(
        "--remote",
        action="store_true",
        help="list the runs that the remote has and that are not here",
    )
    add_formats(parser, "json", "csv", "md")


def run(args: argparse.Namespace) -> int:
    """Print the listing; return 1 if a run is damaged."""
    _check_options(args)
    repo = git.find()
    if args.remote:
        from gittrack.cli.commands import _remote_runs  # noqa: PLC0415 - it reaches a remote

        return _remote_runs.show(repo, args)
    if args.style == "json":
        return _print_json(repo, args)
    listing, damage = _listing(repo, args, args.n, lazy=True), many_runs.DamageCount()
    infos = runs.sequence_of(damage.decoded(repo, listing.runs), len(listing.runs))
    folded = _may_fold(args) and any(info.sweep is not None for info in infos)
    if folded:
        from gittrack.cli.commands import _sweep_lines  # noqa: PLC0415 - most listings have no trial

        listing = _listing(repo, args, None)
        infos, raws = _sweep_lines.lines(repo, listing.runs, args.n)
        listing = listing._replace(runs=raws)
    if not infos:
        print_note(empty_listing(listing, args.where))
    else:
        _print_table(args, infos, listing, folded=folded)
    if args.style != "text" and listing.total > len(listing.runs):
        print_note(more_runs_line(listing.total - len(listing.runs), listing.total).rstrip())
    if folded:
        return report_damage(listing.damaged, listing.total, reader.newer(listing.runs))
    return _report(listing, damage)


def _report(listing: query.Listing, damage: many_runs.DamageCount) -> int:
    broken = max(listing.damaged + damage.damaged, damage.all)
    return report_damage(broken, listing.total, damage.newer)


def _print_json(repo: git.Repo, args: argparse.Namespace) -> int:
    """Print the runs one after the other, because there may be very many; return 1 if one is damaged."""
    from gittrack.show.data import jsonable  # noqa: PLC0415 - only --json needs it

    listing, damage = _listing(repo, args, args.n, lazy=True), many_runs.DamageCount()
    infos = damage.decoded(repo, listing.runs)
    print_parts(jsonable.dump_each(map(jsonable.run, infos)))
    if listing.total > len(listing.runs):
        print_note(more_runs_line(listing.total - len(listing.runs), listing.total).rstrip())
    return _report(listing, damage)


def _check_options(args: argparse.Namespace) -> None:
    columns, all_params = ("--columns", args.columns), ("--all-params", args.all_params)
    check_exclusive("--all-params adds all of them", columns, all_params)
    check_exclusive("JSON has everything", columns, ("--json", args.style == "json"))
    for style in ("json", "csv"):
        has_all = f"--{style} always has all params"
        check_exclusive(has_all, all_params, (f"--{style}", args.style == style))


def _print_table(
    args: argparse.Namespace, infos: Sequence[RunInfo], listing: query.Listing, *, folded: bool
) -> None:
    columns = args.columns.split(",") if args.columns else []
    query.check_columns(infos, columns)
    content = runs.listing(
        infos,
        time.time(),
        columns,
        all_params=args.all_params,
        exact=args.style == "csv",
        width=table_width(args.style),
    )
    lines, tail = table.lines(content, args.style), ""
    if args.style == "text":
        styles = chain(["bold"], (_STYLES.get(info.status, "") for info in infos))
        lines = map(paint_line, lines, styles)
        tail += hidden_columns_line(content.left_out, "--all-params, --columns A,B, --csv")
        tail += more_runs_line(listing.total - len(listing.runs), listing.total)
        if listing.archived:
            tail += f"archived and not shown: {listing.archived}; include them with --archived\n"
        if folded:
            tail += "each sweep is one line; for its trials: add --sort -started\n"
    print_parts(chain(lines, [tail]))


def _listing(
    repo: git.Repo, args: argparse.Namespace, limit: int | None, *, lazy: bool = False
) -> query.Listing:
    return query.listing(
        repo,
        experiment=args.experiment,
        sort=args.sort,
        reverse=args.reverse,
        limit=limit,
        query=args.where,
        archived=args.archived,
        lazy=lazy,
        lazy_metrics=args.style in ("text", "md"),
    )


def _may_fold(args: argparse.Namespace) -> bool:
    """Return whether a sweep may be one line: not for programs, and not if options select runs."""
    precise = args.where or args.sort or args.columns
    return args.style in ("text", "md") and not precise


def empty_listing(listing: query.Listing, where: str | None) -> str:
    """Return a line that says why a listing is empty."""
    if where is not None:
        return "no run matches the query"
    if listing.archived:
        return "all runs are archived; include them with --archived"
    return "no runs are recorded here yet; record one: git track run -- COMMAND"
