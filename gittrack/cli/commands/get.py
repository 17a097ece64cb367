"""Bring a file of a run, or a folder of its artifacts, into the current folder or to DEST."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from gittrack import git
from gittrack.cli.commands._destination import destination
from gittrack.cli.options import add_run
from gittrack.cli.output import print_note, print_result
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.disk import restore
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track get``."""
    add_run(parser)
    parser.add_argument("path", metavar="PATH", help="a file, an artifact, a folder of artifacts")
    parser.add_argument("-o", "--output", metavar="DEST", help="a folder, or the name of the file")
    parser.add_argument("--force", action="store_true", help="write over what is there")


def run(args: argparse.Namespace) -> int:
    """Write the files; 1 if some are not here.  Raises TrackError if another file is in the way."""
    repo = git.find()
    record = RunRecord(repo, resolve.resolve(repo, args.run))
    items = {f"{layout.ARTIFACTS}/{item['path']}": item for item in record.outputs}
    known = {path: items.get(path, {"path": path}) for path in record.files()}
    chosen, missing = _chosen(known, args.path), _chosen(record.missing, args.path)
    if not chosen:
        record.content(missing[0] if missing else args.path)  # which says what there is
    root, names = _places(repo, args, chosen)
    contents = {path: record.content(path) for path in chosen}
    for path, name in names.items():
        place = restore.check(root, name, known[path])
        if not args.force and restore.differs(place, contents[path], known[path]):
            raise TrackError(
                f"{place} is there already, and is another file", "write over it: --force"
            )
    for path, name in names.items():
        place = restore.write(root, name, contents[path], known[path])
        print_result(f"{text.escape(str(place))}  {text.size(restore.size(contents[path]))}\n")
    for path in missing:
        why, remedy = record.missing[path][1:]
        print_note(
            f"error: {text.escape(f'{path} is not here: {why}')}\nhint: {text.escape(remedy)}"
        )
    return 1 if missing else 0


def _chosen(known: Mapping[str, object], wanted: str) -> list[str]:
    """Return the paths that are meant: as `git track files` lists them, or by a name among the artifacts."""
    return restore.select(known, wanted) or restore.select(known, f"{layout.ARTIFACTS}/{wanted}")


def _is_folder(dest: str | None) -> bool:
    """Say whether DEST is a folder: it is there, or is written as one (``here/``)."""
    return dest is None or dest.endswith(os.sep) or os.path.isdir(dest)


def _places(
    repo: git.Repo, args: argparse.Namespace, chosen: list[str]
) -> tuple[Path, dict[str, str]]:
    """Return the folder to write to, and where each file goes in it: a single one may get another name."""
    target = destination(repo, args.output)
    named = layout.check_artifact_name(args.path)
    if chosen[0] in (named, f"{layout.ARTIFACTS}/{named}"):
        if _is_folder(args.output):
            return target, {chosen[0]: os.path.basename(chosen[0])}
        return target.parent, {chosen[0]: target.name}
    prefix = named if chosen[0].startswith(named + "/") else f"{layout.ARTIFACTS}/{named}"
    start = len(os.path.dirname(prefix)) + 1 if "/" in prefix else 0
    return target, {path: path[start:] for path in chosen}
