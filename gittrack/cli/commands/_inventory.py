"""``git track params``, ``metrics`` and ``experiments``: what exists."""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.analysis import inventory
from gittrack.cli.commands.ls import nothing
from gittrack.cli.options import add_archived, add_formats, add_where
from gittrack.cli.output import print_note, print_result, report_damage
from gittrack.read.runs import query, reader
from gittrack.show.data import jsonable
from gittrack.show.terminal import inventory as faces
from gittrack.show.terminal import table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that the three share."""
    parser.add_argument(
        "-e", "--experiment", help="only runs of this experiment, and those below it"
    )
    add_where(parser)
    add_archived(parser)
    add_formats(parser, "json", "csv", "md")


def show(args: argparse.Namespace, kind: str) -> int:
    """Print what there is of a kind; 1 where a run is damaged."""
    repo = git.find()
    found = query.listing(
        repo, experiment=args.experiment, query=args.where, archived=args.archived
    )
    infos = [reader.decode(repo, raw) for raw in found.runs]
    count = {"params": inventory.params, "metrics": inventory.metrics}.get(kind)
    exact = args.style == "csv"
    if count is not None:
        rows = count(infos)
        made, plain = faces.values(rows, kind[:-1], exact=exact), faces.jsonable(rows)
    else:
        ours = inventory.experiments(infos)
        made, plain = faces.experiments(ours, time.time(), exact=exact), faces.jsonable(ours)
    if args.style == "json":
        print_result(jsonable.dump(plain))
    elif not plain and not exact:
        print_note(f"no run has {kind}" if infos else nothing(found, args.where))
    else:
        print_result(table.render(made, args.style))
    broken = reader.undecodable(found.runs, infos)
    return report_damage(found.damaged + broken, found.total)
