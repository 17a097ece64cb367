"""Find damage: unreadable runs, broken refs, moved version tags, leftovers of dead processes.

Each problem is printed with what to do. Stage refs of models that disagree with the events are repaired,
because they can be computed from the events.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_result
from gittrack.models import repair
from gittrack.read import doctor_checks, doctor_repairs
from gittrack.read.registry import moved_tags
from gittrack.read.registry.models import Registry
from gittrack.show.terminal import text
from gittrack.show.terminal.models import problems


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track doctor``."""
    parser.add_argument(
        "--fix",
        action="store_true",
        help="move damaged runs and journals aside; nothing is deleted",
    )


def run(args: argparse.Namespace) -> int:
    """Print the problems; return 1 if there are any."""
    repo = git.find()
    report = doctor_checks.examine(repo)
    print_result(f"{report.runs} run{'s' if report.runs != 1 else ''}, {report.live} going on\n")
    for finding in [*report.findings, *report.remarks]:
        print_result(f"{text.escape(finding.problem)}\n  {text.escape(finding.remedy)}\n")
    if args.fix:
        for ref in doctor_repairs.set_aside(repo, report):
            print_result(f"moved aside: {text.escape(ref)}\n")
        for path, target in doctor_repairs.set_journals_aside(repo, report):
            print_result(f"moved aside: {text.escape(str(path))} to {text.escape(str(target))}\n")
    stuck = _repair_stages(repo)
    registry = Registry(repo)
    tag_problems = problems.warnings(
        moved_tags.with_moved_tags(registry, registry.every())
    ) + problems.damage(registry.damaged)
    print_result(tag_problems)
    if not (report.findings or stuck or tag_problems):
        print_result("all is well\n")
    return 1 if report.findings or stuck or tag_problems else 0


def _repair_stages(repo: git.Repo) -> int:
    """Repair the stage refs that disagree with the events; return how many could not be repaired."""
    repairs = repair.repair(repo)
    for stage in repairs:
        word = f"not repaired ({stage.problem})" if stage.problem else "repaired"
        line = f"{word}: {stage.ref} said {stage.actual}, the events say {stage.expected}"
        print_result(text.escape(line) + "\n")
    return sum(1 for stage in repairs if stage.problem)
