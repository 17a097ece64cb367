"""Mark a version that must not be used any more; it leaves its stages, its history stays.

NAME alone deprecates the whole model.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import retire


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model deprecate``."""
    parser.add_argument(
        "model", metavar="NAME@VERSION", help="the version; or NAME for the whole model"
    )
    parser.add_argument("-m", "--message", default="", metavar="MESSAGE", help="why")


def run(args: argparse.Namespace) -> int:
    """Deprecate the version or the model and print what changed."""
    for version in retire.deprecate(git.find(), args.model, args.message):
        suffix = f", out of {', '.join(version.stages)}" if version.stages else ""
        print_result(f"{version.model} {version.short}: deprecated{suffix}\n")
    return 0
