"""Send runs to a git remote, with their code, annotations, sweeps and models. Doing it again completes it."""

from __future__ import annotations

from gittrack import git
from gittrack.cli.commands import _share_words
from gittrack.cli.options import add_experiment, add_where
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.share import unchanged

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track push``."""
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help="only these runs; the last word can be a remote"
    )
    add_experiment(parser)
    add_where(parser)
    parser.add_argument("--sweep", metavar="S", help="the trials of this sweep")
    parser.add_argument("--model", metavar="M", action="append", help="the events of this model")
    parser.add_argument(
        "--all", action="store_true", help="also runs that came from another remote"
    )
    parser.add_argument(
        "--no-artifacts", action="store_true", help="leave out large files, which git does not hold"
    )
    parser.add_argument("--remote", metavar="NAME", help="the remote (track.remote, else origin)")
    parser.add_argument("--dry-run", action="store_true", help="print what would be sent")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Send the runs; return 1 if the remote refused something."""
    repo = git.find()
    args.runs, remote = _share_words.split_remote(repo, args.runs, args.remote)
    sides = None
    if not _has_options(args):
        sides = unchanged.look(repo, remote, unchanged.PUSH)
        pulled = unchanged.recall(repo, sides)
        if pulled is not None:
            _share_words.print_line(_share_words.nothing_to_push(sides.listing.name, pulled))
            return 0
    from gittrack.cli.commands import _push  # noqa: PLC0415 - 80 ms that only a push with something to do needs

    return _push.run(repo, args, remote, sides)


def _has_options(args: argparse.Namespace) -> bool:
    """Return whether an option decides what a push does."""
    conditions = (args.experiment, args.where, args.sweep, args.model)
    switches = (args.runs, args.all, args.no_artifacts, args.dry_run)
    return any(value is not None for value in conditions) or any(switches)
