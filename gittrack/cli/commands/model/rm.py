"""Remove a version that never was in a stage: its tag is deleted, its run stays.  --force removes any."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import retire


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model rm``."""
    parser.add_argument("model", metavar="NAME@VERSION", help="the version")
    parser.add_argument(
        "--force", action="store_true", help="also a version that was in a stage; its events stay"
    )


def run(args: argparse.Namespace) -> int:
    """Remove the version and print the command that restores it."""
    version = retire.remove(git.find(), args.model, force=args.force)
    print_result(f"removed: {version.model} {version.short}\n")
    if version.event is not None:
        print_result(
            f"bring it back: git update-ref 'refs/tags/{version.event.tag}' {version.event.oid}\n"
        )
    return 0
