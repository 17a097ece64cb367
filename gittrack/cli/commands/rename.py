"""Give a run another name, which works as its address; an empty NAME removes the name."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.options import add_run
from gittrack.cli.output import print_note, print_result
from gittrack.read.runs import resolve
from gittrack.record import annotate
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track rename``."""
    add_run(parser)
    parser.add_argument("name", metavar="NAME", help="the new name")


def run(args: argparse.Namespace) -> int:
    """Rename the run. Raises TrackError if another run has the name."""
    repo = git.find()
    (raw,) = _runs.find(repo, [args.run])
    before = _runs.label(repo, raw)

    def runs_with_name(name: str) -> list[str]:
        return resolve.bearers(repo, raw, name)

    annotate.rename(repo, _runs.target(raw), args.name, runs_with_name)
    print_result(f"{before} -> {text.escape(args.name) or '(no name)'}\n")
    warning = resolve.same_name_of_others(repo, raw, args.name) if args.name else ""
    if warning:
        print_note(f"warning: {text.escape(warning)}")
    return 0
