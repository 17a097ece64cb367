"""Look for damage: unreadable runs, refs without value, leftovers of dead processes; say what to do."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.commands._common import out
from gittrack.read import checkup
from gittrack.show import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track doctor``."""
    parser.add_argument(
        "--fix",
        action="store_true",
        help="move refs of damaged runs aside, so that git gc works again",
    )


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 where something is wrong."""
    repo = git.find()
    report = checkup.examine(repo)
    out(f"{report.runs} runs, {report.live} going on\n")
    for finding in report.findings:
        out(f"{text.escape(finding.what)}\n  {text.escape(finding.remedy)}\n")
    if args.fix:
        for ref in checkup.set_aside(repo, report):
            out(f"moved aside: {text.escape(ref)}\n")
    if not report.findings:
        out("all is well\n")
    return 1 if report.findings else 0
