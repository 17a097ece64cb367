"""Write the artifacts of a version to the current folder or to DIR; the digests in its tag are checked."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands._destination import destination
from gittrack.cli.output import print_result
from gittrack.core.errors import TrackError
from gittrack.disk import restore
from gittrack.read.registry import version_artifacts
from gittrack.read.registry.models import Registry
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model get``."""
    parser.add_argument(
        "model", metavar="NAME[@VERSION|@STAGE]", help="a version; NAME alone is the latest"
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", help="the folder to write to (default: the current one)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that differ")


def run(args: argparse.Namespace) -> int:
    """Write all artifacts; none if a different file would be overwritten."""
    repo = git.find()
    version = Registry(repo).find(args.model)
    root = destination(repo, args.output)
    contents = version_artifacts.contents(repo, version)
    for item, content in contents:
        path = restore.check(root, item["path"], item)
        if not args.force and restore.differs(path, content, item):
            raise TrackError(
                f"{path} exists already and has other content",
                "overwrite it: --force",
            )
    root.mkdir(parents=True, exist_ok=True)
    for item, content in contents:
        path = restore.write(root, item["path"], content, item)
        print_result(f"{text.escape(str(path))}  {text.size(restore.size(content))}\n")
    return 0
