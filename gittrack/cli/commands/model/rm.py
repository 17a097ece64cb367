"""Remove a version that never reached a stage: its tag is deleted, the run stays.  --force takes any."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import retire


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model rm``."""
    parser.add_argument("model", metavar="NAME@VERSION", help="the version")
    parser.add_argument(
        "--force", action="store_true", help="one that reached a stage too; its events stay"
    )


def run(args: argparse.Namespace) -> int:
    """Remove the version and say how to get it back."""
    version = retire.remove(git.find(), args.model, force=args.force)
    print_result(f"removed: {version.model} {version.short}\n")
    if version.event is not None:
        print_result(
            f"bring it back: git update-ref 'refs/tags/{version.event.tag}' {version.event.oid}\n"
        )
    return 0
