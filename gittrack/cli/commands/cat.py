"""Print a file of a run, byte for byte: git track cat RUN metrics.csv; an artifact by its name."""

from __future__ import annotations

import argparse
import sys

from gittrack import git
from gittrack.cli.output import out
from gittrack.core.errors import TrackError
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track cat``."""
    parser.add_argument("run", metavar="RUN", help="id, prefix, name, commit, @ or EXPERIMENT@")
    parser.add_argument("path", metavar="PATH", help="as git track files lists it")


def run(args: argparse.Namespace) -> int:
    """Print the file; on a terminal, characters that could steer it are escaped."""
    repo = git.find()
    data = RunRecord(repo, resolve.resolve(repo, args.run)).read(args.path)
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(data)
        return 0
    if b"\0" in data[:8192]:
        raise TrackError(
            f"{args.path} is not text", f"keep it: git track get {args.run} {args.path}"
        )
    shown = data.decode(errors="surrogateescape").replace("\r\n", "\n")
    out(text.escape(shown, keep="\n\t"))
    return 0
