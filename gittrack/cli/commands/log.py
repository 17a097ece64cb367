"""Print the lab notebook: a paragraph for each run, newest first, with its changes, results and notes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from gittrack import git
from gittrack.analysis.smoothing import sparklines
from gittrack.cli.commands.ls import empty_listing
from gittrack.cli.options import add_archived, add_experiment, add_where, positive
from gittrack.cli.output import more_runs_line, print_note, print_result, report_damage
from gittrack.core import layout
from gittrack.core.fast_typing import TYPE_CHECKING
from gittrack.core.run.run_info import RunInfo
from gittrack.git import partial_clone
from gittrack.read.runs import query, reader
from gittrack.show.page import notebook

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track log``."""
    add_experiment(parser)
    parser.add_argument("-n", type=positive, default=20, metavar="N", help="at most N runs (20)")
    add_where(parser)
    add_archived(parser)


def run(args: argparse.Namespace) -> int:
    """Print the notebook; return 1 if a run is damaged."""
    repo = git.find()
    listing = query.listing(
        repo, experiment=args.experiment, limit=args.n, query=args.where, archived=args.archived
    )
    infos = [reader.decode(repo, raw) for raw in listing.runs]
    if not infos:
        print_note(empty_listing(listing, args.where))
    curves = _curves(repo, infos)
    pages = [
        notebook.paragraph(info, curve, time.time())
        for info, curve in zip(infos, curves, strict=True)
    ]
    more = listing.total - len(infos)
    print_result("\n".join([*pages, more_runs_line(more, listing.total)] if more else pages))
    broken = reader.undecodable(listing.runs, infos)
    return report_damage(listing.damaged + broken, listing.total, reader.newer(listing.runs))


def _curves(repo: git.Repo, infos: Sequence[RunInfo]) -> list[dict[str, str]]:
    """Return {metric: its curve} of each run; nothing for live runs.  A listing fetches nothing."""
    names = [f"{info.commit}:{layout.SERIES}" for info in infos if info.commit]
    try:
        contents = iter(list(git.read_objects(repo, names)))
    except git.LeftOut as error:
        print_note(
            f"warning: no curves are shown: {error.message}; all objects: {partial_clone.COMPLETE}"
        )
        return [{} for _ in infos]
    return [sparklines(next(contents)) if info.commit else {} for info in infos]
