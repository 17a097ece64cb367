"""Look for damage: unreadable runs, refs without value, moved version tags, leftovers of dead processes.

Stage refs of models that disagree with the events are put right: they can be computed again.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import repair
from gittrack.read import doctor_checks
from gittrack.read.registry import moved_tags
from gittrack.read.registry.models import Registry
from gittrack.show.terminal import models, text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track doctor``."""
    parser.add_argument(
        "--fix",
        action="store_true",
        help="move refs of damaged runs, and damaged journals, aside; nothing is deleted",
    )


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 where something is wrong."""
    repo = git.find()
    report = doctor_checks.examine(repo)
    print_result(f"{report.runs} run{'s' if report.runs != 1 else ''}, {report.live} going on\n")
    for finding in report.findings:
        print_result(f"{text.escape(finding.problem)}\n  {text.escape(finding.remedy)}\n")
    if args.fix:
        for ref in doctor_checks.set_aside(repo, report):
            print_result(f"moved aside: {text.escape(ref)}\n")
        for path, target in doctor_checks.set_journals_aside(repo, report):
            print_result(f"moved aside: {text.escape(str(path))} to {text.escape(str(target))}\n")
    stuck = _stages(repo)
    state = Registry(repo)
    torn = models.warnings(moved_tags.examined(state, state.every())) + models.damage(state.damaged)
    print_result(torn)
    if not (report.findings or stuck or torn):
        print_result("all is well\n")
    return 1 if report.findings or stuck or torn else 0


def _stages(repo: git.Repo) -> int:
    """Put stage refs right that other tools left behind; return how many could not be."""
    found = repair.repair(repo)
    for one in found:
        word = f"not repaired ({one.problem})" if one.problem else "repaired"
        line = f"{word}: {one.ref} said {one.actual}, the events say {one.expected}"
        print_result(text.escape(line) + "\n")
    return sum(1 for one in found if one.problem)
