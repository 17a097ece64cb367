"""Give a run another name, by which it can be addressed; an empty one takes its name away."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.options import add_run
from gittrack.cli.output import print_result
from gittrack.read.runs import resolve
from gittrack.record import annotate
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track rename``."""
    add_run(parser)
    parser.add_argument("name", metavar="NAME", help="its new name")


def run(args: argparse.Namespace) -> int:
    """Rename the run.  Raises TrackError where another one bears the name."""
    repo = git.find()
    (raw,) = _runs.find(repo, [args.run])
    before = _runs.label(repo, raw)

    def bearers(name: str) -> list[str]:
        return [run.id for run in resolve.named(repo, name)]

    annotate.rename(repo, _runs.target(raw), args.name, bearers)
    print_result(f"{before} -> {text.escape(args.name) or '(no name)'}\n")
    return 0
