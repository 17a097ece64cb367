"""Remove a version from its stages, or from one; NAME STAGE removes the version that is in that stage."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import promote


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model demote``."""
    parser.add_argument("model", metavar="NAME@VERSION", help="the version; or NAME with a stage")
    parser.add_argument("stage", nargs="?", metavar="STAGE", help="remove it only from this stage")
    parser.add_argument("-m", "--message", default="", metavar="MESSAGE", help="why")


def run(args: argparse.Namespace) -> int:
    """Demote the version and print the stages that it left."""
    for version, stage in promote.demote(git.find(), args.model, args.stage, args.message):
        print_result(f"{version.model} {version.short}: out of {stage}\n")
    return 0
