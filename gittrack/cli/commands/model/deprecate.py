"""Mark a version as not to be used any more; it leaves its stages, its history stays.

With NAME alone, the whole model.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import retire


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model deprecate``."""
    parser.add_argument("model", metavar="NAME@VERSION", help="the version, or a NAME")
    parser.add_argument("-m", "--message", default="", metavar="MESSAGE", help="why")


def run(args: argparse.Namespace) -> int:
    """Deprecate and say what."""
    for version in retire.deprecate(git.find(), args.model, args.message):
        suffix = f", out of {', '.join(version.stages)}" if version.stages else ""
        print_result(f"{version.model} {version.short}: deprecated{suffix}\n")
    return 0
