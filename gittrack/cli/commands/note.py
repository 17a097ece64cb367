"""Add a remark to a run; without TEXT, show the remarks that it has."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.options import add_run
from gittrack.cli.output import print_result
from gittrack.core.errors import TrackError
from gittrack.read.runs import reader
from gittrack.record import annotate
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track note``."""
    parser.usage = "git track note RUN [TEXT... | --replace TEXT]"
    add_run(parser)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the remark")
    parser.add_argument("--replace", metavar="TEXT", help="instead of all earlier remarks")


def run(args: argparse.Namespace) -> int:
    """Add the remark, or show what there is."""
    repo = git.find()
    (raw,) = _runs.find(repo, [args.run])
    replace = args.replace is not None
    remark = args.replace if replace else " ".join(args.text)
    if not args.text and not replace:
        found = reader.decode(repo, raw).note
        print_result(text.escape(found, keep="\n") + "\n" if found else "")
        return 0
    if not remark.strip() and not replace:
        raise TrackError("the remark is empty", "write one: git track note RUN TEXT")
    annotate.note(repo, _runs.target(raw), remark, replace=replace)
    print_result(f"noted on {_runs.label(repo, raw)}\n")
    return 0
