"""Print a file of a run, byte for byte: git track cat RUN metrics.csv

Name an artifact by its own name, such as model.npz.
"""

from __future__ import annotations

import argparse
import sys

from gittrack import git
from gittrack.cli.options import add_run
from gittrack.cli.output import print_result
from gittrack.core.errors import TrackError
from gittrack.disk import content_store
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track cat``."""
    add_run(parser)
    parser.add_argument("path", metavar="PATH", help="a path that git track files lists")


def run(args: argparse.Namespace) -> int:
    """Print the file. Characters that could steer a terminal are escaped on a terminal."""
    repo = git.find()
    content = RunRecord(repo, resolve.resolve(repo, args.run)).content(args.path)
    if not isinstance(content, bytes) and not sys.stdout.isatty():
        content_store.write_to(content, sys.stdout.buffer)
        return 0
    data = content if isinstance(content, bytes) else content_store.read(content)
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(data)
        return 0
    if b"\0" in data[:8192]:
        raise TrackError(
            f"{args.path} is not text", f"copy it to a file: git track get {args.run} {args.path}"
        )
    content_text = data.decode(errors="surrogateescape").replace("\r\n", "\n")
    print_result(text.escape(content_text, keep="\n\t"))
    return 0
