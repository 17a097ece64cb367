"""Add a note to a run; without TEXT, print its notes."""

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
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the note")
    parser.add_argument(
        "--replace", metavar="TEXT", help="replace all notes of the run by this one"
    )


def run(args: argparse.Namespace) -> int:
    """Add or replace the note, or print the notes. Raises TrackError if the text is empty."""
    repo = git.find()
    (raw,) = _runs.find(repo, [args.run])
    replace = args.replace is not None
    content = args.replace if replace else " ".join(args.text)
    if not args.text and not replace:
        notes = reader.decode(repo, raw).note
        print_result(text.escape(notes, keep="\n") + "\n" if notes else "")
        return 0
    if not content.strip() and not replace:
        raise TrackError("the note is empty", "write a text: git track note RUN TEXT")
    annotate.note(repo, _runs.target(raw), content, replace=replace)
    print_result(f"noted on {_runs.label(repo, raw)}\n")
    return 0
