"""Take a version out of its stages, or out of one; NAME STAGE takes out whatever is in that stage."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import promote


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model demote``."""
    parser.add_argument("model", metavar="NAME@VERSION", help="the version; or NAME, with a stage")
    parser.add_argument("stage", nargs="?", metavar="STAGE", help="only out of this stage")
    parser.add_argument("-m", "--message", default="", metavar="MESSAGE", help="why")


def run(args: argparse.Namespace) -> int:
    """Demote and say what left which stage."""
    for version, stage in promote.demote(git.find(), args.model, args.stage, args.message):
        print_result(f"{version.model} {version.short}: out of {stage}\n")
    return 0
