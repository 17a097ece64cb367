"""Print the lab notebook: a paragraph for each run, newest first, with its changes, results and notes."""

from __future__ import annotations

import time
from itertools import accumulate, chain, islice

from gittrack import git
from gittrack.analysis.smoothing import MAX_SERIES, sparklines
from gittrack.cli.commands.ls import empty_listing
from gittrack.cli.options import add_archived, add_experiment, add_where, positive
from gittrack.cli.output import more_runs_line, print_note, print_parts, report_damage
from gittrack.core import layout
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.git import partial_clone
from gittrack.read.runs import query
from gittrack.read.runs.decoding import many_runs
from gittrack.show.page import notebook

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse

_BLOCK = 1024  # runs that are read at once
_POINTS = 16 << 20  # bytes of points that are in memory


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
        repo,
        experiment=args.experiment,
        limit=args.n,
        query=args.where,
        archived=args.archived,
        lazy=True,
    )
    if not listing.runs:
        print_note(empty_listing(listing, args.where))
    damage = many_runs.DamageCount()
    pages = _pages(repo, damage.decoded(repo, listing.runs))
    more = listing.total - len(listing.runs)
    last = [more_runs_line(more, listing.total)] if more else []
    print_parts(f"\n{part}" if at else part for at, part in enumerate(chain(pages, last)))
    broken = max(listing.damaged + damage.damaged, damage.all)
    return report_damage(broken, listing.total, damage.newer)


def _pages(repo: git.Repo, infos: Iterator[RunInfo]) -> Iterator[str]:
    """Yield the paragraph of each run."""
    has_all = True
    while block := list(islice(infos, _BLOCK)):
        try:
            curves = _curves(repo, block if has_all else [])
        except git.LeftOut as error:
            has_all, curves = False, {}
            problem = f"no curves are shown: {error.message}"
            print_note(f"warning: {problem}; all objects: {partial_clone.COMPLETE}")
        for info in block:
            yield notebook.paragraph(info, curves.get(info.commit, {}), time.time())


def _curves(repo: git.Repo, infos: Sequence[RunInfo]) -> dict[str | None, dict[str, str]]:
    """Return {run commit: {metric: its curve}}; nothing for live runs and for very long series.

    Raises LeftOut, because a listing fetches nothing.
    """
    commits = [info.commit for info in infos if info.commit]
    names = [f"{commit}:{layout.SERIES}" for commit in commits]
    sizes = dict(zip(commits, git.sizes(repo, names), strict=True))
    short = [commit for commit in commits if (sizes[commit] or 0) <= MAX_SERIES]
    curves: dict[str | None, dict[str, str]] = {}
    while short:
        ends = accumulate(sizes[commit] or 0 for commit in short)
        count = max(1, sum(end <= _POINTS for end in ends))
        contents = git.read_objects(repo, [f"{commit}:{layout.SERIES}" for commit in short[:count]])
        curves.update(zip(short[:count], map(sparklines, contents), strict=True))
        short = short[count:]
    return curves
