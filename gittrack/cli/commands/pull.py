"""Bring runs, annotations, sweeps and models of a git remote here. Nothing here is overwritten or deleted."""

from __future__ import annotations

from gittrack import git
from gittrack.cli.commands import _share_words
from gittrack.cli.options import add_experiment, add_where, positive
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.share import unchanged
from gittrack.share.choosing.options import ASK_ABOVE, PullOptions

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track pull``."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="only these runs, by their ids; the last word can be a remote",
    )
    add_experiment(parser)
    add_where(parser)
    parser.add_argument("--sweep", metavar="S", help="only the trials of this sweep")
    parser.add_argument(
        "-n", type=positive, metavar="N", help="only the N newest runs of the remote"
    )
    parser.add_argument(
        "--no-artifacts",
        action="store_true",
        help="leave out large files; git track get brings one when it is needed",
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would come")
    parser.add_argument("--remote", metavar="NAME", help="the remote (track.remote, else origin)")
    parser.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help=f"remove also if others removed more than {ASK_ABOVE} runs",
    )


def run(args: argparse.Namespace) -> int:
    """Bring the runs; return 1 if something is in conflict."""
    repo = git.find()
    addresses, remote = _share_words.split_remote(repo, args.runs, args.remote)
    choice = PullOptions(
        *(tuple(addresses), args.experiment, args.n, not args.no_artifacts),
        where=args.where,
        sweep=args.sweep,
    )
    sides = None
    if not args.dry_run:
        sides = unchanged.look(repo, remote, choice.call)
        if unchanged.recall(repo, sides) is not None:
            _share_words.print_line(_share_words.nothing_to_pull(sides.listing.name))
            return 0
    from gittrack.cli.commands import _pull  # noqa: PLC0415 - 80 ms that only a pull with something to do needs

    return _pull.run(repo, args, choice, remote, sides)
