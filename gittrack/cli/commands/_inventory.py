"""What ``git track params``, ``metrics`` and ``experiments`` share: the options and the table."""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.analysis import inventory
from gittrack.cli.commands.ls import empty_listing
from gittrack.cli.options import add_archived, add_experiment, add_formats, add_where
from gittrack.cli.output import print_note, print_result, report_damage
from gittrack.read.index.bulk import blocks_of_columns
from gittrack.read.runs import query
from gittrack.read.runs.decoding import many_runs
from gittrack.show.data import jsonable
from gittrack.show.terminal import inventory as tables
from gittrack.show.terminal import table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the three verbs."""
    add_experiment(parser)
    add_where(parser)
    add_archived(parser)
    add_formats(parser, "json", "csv", "md")


def show(args: argparse.Namespace, kind: str) -> int:
    """Print the table of a kind (``params``, ``metrics``, ``experiments``); return 1 if a run is damaged."""
    repo = git.find()
    listing = query.listing(
        repo, experiment=args.experiment, query=args.where, archived=args.archived, lazy=True
    )
    damage = many_runs.DamageCount()
    blocks = blocks_of_columns.of_runs(repo, listing.runs, damage)
    count = {"params": inventory.params, "metrics": inventory.metrics}.get(kind)
    exact = args.style == "csv"
    if count is not None:
        rows = count(blocks)
        content, plain = tables.values(rows, kind[:-1], exact=exact), tables.jsonable(rows)
    else:
        experiments = inventory.experiments(blocks)
        content = tables.experiments(experiments, time.time(), exact=exact)
        plain = tables.jsonable(experiments)
    if args.style == "json":
        print_result(jsonable.dump(plain))
    elif not plain and not exact:
        print_note(f"no run has {kind}" if listing.runs else empty_listing(listing, args.where))
    else:
        print_result(table.render(content, args.style))
    broken = max(listing.damaged + damage.damaged, damage.all)
    return report_damage(broken, listing.total, damage.newer)
