"""Take runs back from the trash; without RUN, list the runs in the trash."""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.output import print_note, print_result
from gittrack.core.run import annotation_log
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import trash_of
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.tidy import trash


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track restore``."""
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help="the runs, by the addresses that they had"
    )


def run(args: argparse.Namespace) -> int:
    """Restore all of the runs, or none of them if there is an error."""
    repo = git.find()
    if not args.runs:
        _list(repo)
        return 0
    runs = _runs.find(repo, args.runs, trashed=True)
    duplicates = trash.restore(repo, runs)
    for raw in runs:
        if raw.id in duplicates:
            print_result(f"{_runs.label(repo, raw)} exists already; removed it from the trash\n")
            continue
        print_result(f"restored {_runs.label(repo, raw)}\n")
        _warn_of_same_name(repo, raw)
    return 0


def _list(repo: git.Repo) -> None:
    rows = []
    for raw in trash_of(repo).select(Request()).runs:
        since = annotation_log.removed_at(raw.annotations)
        age = f"removed {text.age(time.time() - since)}" if since is not None else ""
        name = text.escape(reader.decode(repo, raw).name or "-")
        rows.append([short_id(raw.id), raw.experiment, name, age])
    print_result("".join(f"{line}\n" for line in text.columns(rows)))
    if not rows:
        print_note("the trash is empty")


def _warn_of_same_name(repo: git.Repo, raw: Raw) -> None:
    name = reader.decode(repo, raw).name
    others = [other for other in resolve.named(repo, name) if other.id != raw.id] if name else []
    if others:
        print_note(
            f"warning: {text.escape(name or '')} is also the name of {others[0].id}; "
            f"rename one: git track rename {short_id(raw.id)} NAME"
        )
