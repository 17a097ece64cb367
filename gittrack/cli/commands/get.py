"""Copy a file of a run, or a folder of its artifacts, to the current folder or to DEST."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gittrack import git
from gittrack.cli.commands import _bar
from gittrack.cli.commands._destination import destination
from gittrack.cli.options import add_run
from gittrack.cli.output import print_note, print_result
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import media_index
from gittrack.core.standard.collections import Mapping
from gittrack.disk import restore
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track get``."""
    add_run(parser)
    parser.add_argument(
        "path",
        metavar="PATH",
        help="a file, an artifact, a folder of artifacts, or a name of media",
    )
    parser.add_argument(
        "-o", "--output", metavar="DEST", help="the folder to write to, or the name of the new file"
    )
    parser.add_argument("--force", action="store_true", help="overwrite existing files")


def run(args: argparse.Namespace) -> int:
    """Write the files; return 1 if some are missing. Raises TrackError if a different file exists."""
    repo = git.find()
    record = RunRecord(repo, resolve.resolve(repo, args.run))
    items = {f"{layout.ARTIFACTS}/{item['path']}": item for item in record.outputs}
    record.bring(_select(record.missing, args.path), _bar.watch)
    files = {path: items.get(path, {"path": path}) for path in record.files()}
    if not _select(files, args.path):
        args.path = _media_folder(record, args.path)
    chosen, missing = _select(files, args.path), _select(record.missing, args.path)
    if not chosen:
        record.content(missing[0] if missing else args.path)  # raises an error that lists the files
    root, names = _targets(repo, args, chosen)
    contents = {path: record.content(path) for path in chosen}
    for path, name in names.items():
        target = restore.check(root, name, files[path])
        if not args.force and restore.differs(target, contents[path], files[path]):
            raise TrackError(
                f"{target} exists already and is a different file", "overwrite it: --force"
            )
    for path, name in names.items():
        target = restore.write(root, name, contents[path], files[path])
        print_result(f"{text.escape(str(target))}  {text.size(restore.size(contents[path]))}\n")
    for path in missing:
        why, remedy = record.missing[path][1:]
        print_note(
            f"error: {text.escape(f'{path} is not here: {why}')}\nhint: {text.escape(remedy)}"
        )
    return 1 if missing else 0


def _select(files: Mapping[str, object], path: str) -> list[str]:
    """Return the paths at or below ``path``, as `git track files` lists them or as names of artifacts."""
    return restore.select(files, path) or restore.select(files, f"{layout.ARTIFACTS}/{path}")


def _media_folder(record: RunRecord, name: str) -> str:
    """Return the folder of the media with a name; ``name`` itself if the run has no such media."""
    entries = media_index.by_name(record.outputs).get(name)
    return name if entries is None else media_index.folder_of(entries)


def _is_folder(dest: str | None) -> bool:
    """Return whether DEST is a folder: it exists as one, or ends with a slash (``new/``)."""
    return dest is None or dest.endswith(os.sep) or os.path.isdir(dest)


def _targets(
    repo: git.Repo, args: argparse.Namespace, chosen: list[str]
) -> tuple[Path, dict[str, str]]:
    """Return the folder to write to, and the path in it for each file; a single file may get a new name."""
    target = destination(repo, args.output)
    named = layout.check_artifact_name(args.path)
    if chosen[0] in (named, f"{layout.ARTIFACTS}/{named}"):
        if _is_folder(args.output):
            return target, {chosen[0]: os.path.basename(chosen[0])}
        return target.parent, {chosen[0]: target.name}
    prefix = named if chosen[0].startswith(named + "/") else f"{layout.ARTIFACTS}/{named}"
    start = len(os.path.dirname(prefix)) + 1 if "/" in prefix else 0
    return target, {path: path[start:] for path in chosen}
