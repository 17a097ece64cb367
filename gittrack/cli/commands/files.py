"""The files of a run, artifacts among them, with their sizes."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import add_formats, out
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.data import jsonable
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track files``."""
    parser.add_argument("run", metavar="RUN", help="id, prefix, name, commit, @ or EXPERIMENT@")
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """List the files."""
    repo = git.find()
    record = RunRecord(repo, resolve.resolve(repo, args.run))
    found = record.files()
    if args.style == "json":
        out(jsonable.dump([{"path": path, "size": size} for path, size in found.items()]))
        return 0
    rows = [[text.size(size), text.escape(path)] for path, size in found.items()]
    lines = "".join(f"{line}\n" for line in text.columns(rows, [True, False]))
    out(f"{lines}show one: git track cat {short_id(record.id)} PATH\n")
    return 0
